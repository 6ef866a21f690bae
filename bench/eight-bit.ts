/**
 * What the network in eight bits gains and loses beside the one in float32.
 *
 *   node --import tsx bench/eight-bit.ts [--config FILE] [--rounds 12] [--model DIR --clips FOLDER] [--clip-count 4] [--candidates 200]
 *     [--float-rates 0,1,2] [--json]
 *
 * First the time of one evaluation, one thread, mels [1, n_mels, 72], random weights, all networks in turn; what depends on the mels alone is computed before.
 * Then the scores of candidate schedules of six steps by a trained model, with the same noise: Spearman's correlation over all of them and over the
 * best quarter, the mean shift, and the relative error of the predicted noise by its level. `--candidates 0` leaves that out, `--rounds 0` the times.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/model/load-config.ts';
import { rank } from './eight-bit-ranking.ts';
import { timeNetworks } from './eight-bit-times.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({
  options: {
    config: { type: 'string', default: here('../test/fixtures/default-config.json') },
    rounds: { type: 'string', default: '12' },
    model: { type: 'string', default: here('../experiments/demo') },
    clips: { type: 'string', default: here('../experiments/demo/clips/score') },
    'clip-count': { type: 'string', default: '4' },
    candidates: { type: 'string', default: '200' },
    'float-rates': { type: 'string', default: '0,1,2' },
    json: { type: 'boolean', default: false },
  },
});
const floatRates = values['float-rates'].split(',').map(Number);
const [rounds, candidates] = [Number(values.rounds), Number(values.candidates)];

const times = rounds > 0 ? await timeNetworks(await loadConfig(values.config), floatRates, rounds) : undefined;
const rankings =
  candidates > 0
    ? await rank({
        model: values.model,
        clips: values.clips,
        clipCount: Number(values['clip-count']),
        candidates,
        floatRates,
      })
    : [];

const name = (count: number) => `eight bits, ${count} highest rates in float32`;
const lines = [
  ...(times === undefined ? [] : [`float32: ${times.float.toFixed(3)} s`]),
  ...(times?.eight ?? []).map(
    (eight) =>
      `${name(eight.floatRates)}: ${eight.seconds.toFixed(3)} s, ${(times!.float / eight.seconds).toFixed(2)} times as fast`,
  ),
  ...rankings.flatMap(({ floatRates: count, correlation, ofBestQuarter, shift, errors }) => [
    `${name(count)}: correlation ${correlation.toFixed(3)}, of the best quarter ${ofBestQuarter.toFixed(3)}, shift ${shift.toFixed(3)}`,
    `  error of ε̂ by σ: ${errors.map(({ sigma, error }) => `${sigma}: ${error.toFixed(3)}`).join(', ')}`,
  ]),
];
process.stdout.write(values.json ? `${JSON.stringify({ times, rankings }, null, 2)}\n` : `${lines.join('\n')}\n`);
