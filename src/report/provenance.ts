import { METRICS } from '../audio/distances/index.ts';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { StudyData } from '../search/read-study.ts';
import type { StudySettings } from '../search/settings.ts';
import { copyButton } from './betas-block.ts';
import { drawCounts } from './draws.ts';
import { type Html, html } from './escape.ts';
import { counted, grouped, listed } from './numbers.ts';
import { leader } from './schedules.ts';

/** What can be said of the winner without the network; empty where there is none yet. */
export function diagnostics(study: StudyData): Html {
  const schedule = leader(study);
  if (schedule === undefined) return html``;
  const found = diagnose(NoiseSchedule.fromBetas(schedule.betas, { asPublished: true }));
  const { terminalLevel, rising, smallestGap, outsideTrained, float32Gain, trained } = found;
  const sentences = warnings(found);
  const verdicts = sentences.length === 0 ? ['Nothing to warn of.'] : sentences;
  return html`<section><h2>Diagnostics of ${schedule.name}</h2>
<ul>${verdicts.map((sentence) => html`<li>${sentence}</li>`)}</ul>
${facts([
  ['Terminal level', terminalLevel.toPrecision(6)],
  ['Betas rise', rising ? 'yes' : 'no'],
  ['Smallest gap in ln σ', Number.isFinite(smallestGap) ? smallestGap.toPrecision(4) : 'none: one step'],
  [
    'Levels outside the trained range',
    `${outsideTrained.count} (${outsideTrained.above} above ${trained.firstLevel.toPrecision(8)}, ${outsideTrained.below} below ${trained.terminalLevel.toPrecision(4)}, the ends of the reference’s training)`,
  ],
  ['Gain of the last step in float32', float32Gain.toPrecision(6)],
])}</section>`;
}

/** Where the numbers come from, and the command that makes them again. */
export function provenance({ settings, trials }: StudyData): Html {
  const { checkpoint, config, clipSamples, sampleRate, range } = settings;
  return html`<section><h2>Provenance</h2>
${facts([
  ['Model', hashed(checkpoint)],
  ['Config', hashed(config)],
  ['Scoring clips', settings.scoringClips.map(hashed).join(', ')],
  ['Held-out clips', settings.heldoutClips.map(hashed).join(', ')],
  [
    'Length of a clip',
    `${grouped(clipSamples)} samples at ${grouped(sampleRate)} Hz (${(clipSamples / sampleRate).toFixed(3)} s)`,
  ],
  ['Metric', `${settings.metric}: ${METRICS[settings.metric].describe}`],
  [
    'Strategy',
    `${settings.strategy}, stride ${settings.stride}${range === undefined ? '' : `, range ${range.join(' to ')}`}${settings.values === undefined ? '' : `, ${settings.values} values`}`,
  ],
  ...begunWith(settings),
  ['Seed', String(settings.seed)],
  ['Noise draws a trial', listed([...new Set([settings.replicates, ...drawCounts(trials)])].map(String))],
  ['Clamp', settings.clamp],
  ['Precision', settings.precision],
  [
    'Budget',
    `${grouped(settings.budget)} NFE (network evaluations of the batch of ${counted(settings.scoringClips.length, 'scoring clip')})`,
  ],
  ['Device and engine', `${settings.device}, ${settings.engine}`],
  ...mixedMachines(settings),
  ['Version', `wavegrad-schedules ${settings.version}`],
])}
<p>To repeat the search, with the model and the recordings named above (a study keeps their names and hashes, not their places):</p>
<pre><code>${searchCommand(settings)}</code></pre>
<p>${copyButton('Copy command', searchCommand(settings))}</p></section>`;
}

/** The schedules that the search was given, or had from searches of fewer steps in the same run. */
function begunWith({ from = [], shorter = [] }: StudySettings): (readonly [string, string])[] {
  const names = [...from, ...shorter.map(({ name }) => ({ name: `${name}, of the same run` }))].map(({ name }) => name);
  return names.length === 0 ? [] : [['Begun with', listed(names)]];
}

/** That machines made it whose bits differ. */
function mixedMachines({ mixed }: StudySettings): (readonly [string, string])[] {
  if (mixed === undefined) return [];
  return [['Machines', `several kinds together, whose scores agree to ${mixed.scoresAgreeTo} of them, not to the bit`]];
}

/** The command line of the search; MODEL, CONFIG, SCORING and HELDOUT stand for paths. */
function searchCommand(settings: StudySettings): string {
  const { clipSamples, sampleRate, range, values } = settings;
  // Rounded up, because a search rounds clips down to whole hops.
  const clipSeconds = Math.ceil((clipSamples / sampleRate) * 1e4) / 1e4;
  const options: readonly (readonly [flag: string, ...values: (string | number)[]])[] = [
    ['iters', settings.steps],
    ['model', 'MODEL'],
    ['config', 'CONFIG'],
    ['clips', 'SCORING'],
    ['heldout', 'HELDOUT'],
    ['clip-seconds', clipSeconds],
    ['clip-count', settings.scoringClips.length],
    ['strategy', settings.strategy],
    ...(settings.from === undefined
      ? []
      : [['from', ...settings.from.map(({ betas }) => `'[${betas.join(', ')}]'`)] as const]),
    ...(range === undefined ? [] : [['range', ...range] as const]),
    ['stride', settings.stride],
    ...(values === undefined ? [] : [['values', values] as const]),
    ['budget', settings.budget],
    ['replicates', settings.replicates],
    ...(settings.rungs === undefined && settings.strategy !== 'presets' ? [['no-race'] as const] : []),
    ...(settings.coarse === undefined ? [] : [['coarse', settings.coarse.kind] as const]),
    ['metric', settings.metric],
    ['clamp', settings.clamp],
    ['precision', settings.precision],
    ['seed', settings.seed],
    settings.engine.startsWith('@tensorflow/') ? ['engine', 'tensorflow'] : ['device', settings.device],
    ...(settings.half ? [['half'] as const] : []),
  ];
  return `schedule-search ${options.map((option) => `--${option.join(' ')}`).join(' ')}`;
}

function facts(rows: readonly (readonly [term: string, text: string])[]): Html {
  return html`<dl class="rows">${rows.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>\n`)}</dl>`;
}

function hashed({ name, hash }: { readonly name: string; readonly hash: string }): string {
  return `${name} (${hash.slice(0, 8)})`;
}
