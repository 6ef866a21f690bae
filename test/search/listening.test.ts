import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { createInProcessPool } from '../../src/pool/in-process.ts';
import type { EvaluationTask } from '../../src/search/evaluator.ts';
import { type Listening, listen, readListening, writeListening } from '../../src/search/listening.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import type { WorkerResult } from '../../src/search/worker.ts';
import { noise } from '../audio/signals.ts';
import { exampleOutcome, exampleTrials, SETTINGS } from '../report/example-study.ts';
import { temporaryFolder } from './fake-study.ts';

const trials = exampleTrials(12);
const outcome = exampleOutcome(trials);
const recordings = [1, 2, 3, 4].map((seed) => noise(600, 0.1, seed));
const wanted = { settings: SETTINGS, trials, outcome, recordings };

/** Of a schedule and a clip: its first beta a number of times, or NaN, which is what blows up. */
function fakePool(asked: EvaluationTask[], broken?: readonly number[]): EvaluationPool {
  return createInProcessPool(async (task): Promise<WorkerResult> => {
    if (task.kind === 'time') return { kind: 'time', seconds: 0 };
    const [job] = task.jobs as readonly [EvaluationTask];
    asked.push(job);
    const value = job.betas.join() === broken?.join() ? Number.NaN : job.betas[0]!;
    const signals = [0, 1, 2].map((clip) => new Float32Array(600).fill(value * (clip + 1)));
    const distances = { [SETTINGS.metric]: [1, 2, 3] };
    const result = { kind: 'evaluation', distances, signals, nfe: 3, seconds: 0, networkSeconds: 0 } as const;
    return { kind: 'jobs', results: [result], worker: 0 };
  });
}

describe('listen', () => {
  it('generates three held-out clips with the noise of the verification', async () => {
    const asked: EvaluationTask[] = [];
    const { clips } = (await listen({ ...wanted, pool: fakePool(asked) }))!;
    expect(clips.map(({ name }) => name)).toEqual(['heldout-one', 'heldout-two', 'heldout-three']);
    expect(clips.map(({ recording }) => recording)).toEqual(recordings.slice(0, 3));
    for (const task of asked) {
      expect(task).toMatchObject({
        set: 'heldout',
        purpose: 'verification',
        replicate: 0,
        clips: [0, 3],
        audible: true,
      });
    }
  });

  it('takes the winner, the runner-up, the best baseline and the worst complete trial', async () => {
    const [baseline] = outcome.comparisons as [(typeof outcome.comparisons)[number]];
    const runnerUp = { ...baseline, trial: 7, betas: [...trials[6]!.betas] };
    const { voices } = (await listen({ ...wanted, outcome: { ...outcome, runnerUp }, pool: fakePool([]) }))!;
    const complete = trials.filter(({ state }) => state === 'complete');
    const worst = complete.reduce((a, b) => (b.score > a.score ? b : a));
    expect(voices.map(({ role, name }) => [role, name])).toEqual([
      ['winner', 'found-3'],
      ['runner-up', 'trial 7'],
      ['best preset', 'fastdiff-3'],
      ['worst trial', `trial ${worst.id}, random`],
    ]);
    expect(voices.map(({ betas }) => betas)).toEqual([outcome.betas, runnerUp.betas, baseline.betas, worst.betas]);
  });

  it('hears a schedule once, and none that blows up', async () => {
    const asked: EvaluationTask[] = [];
    const [winner] = trials;
    const own = { ...wanted, trials: [winner!] };
    const broken = outcome.comparisons[0]!.betas;
    const { voices } = (await listen({ ...own, pool: fakePool(asked, broken) }))!;
    expect(asked).toHaveLength(2);
    expect(voices.map(({ role }) => role)).toEqual(['winner']);
  });

  it('gives nothing where it is cancelled', async () => {
    const pool = fakePool([]);
    const nothing = createInProcessPool(async (): Promise<WorkerResult> => ({ kind: 'jobs', results: [], worker: 0 }));
    expect(await listen({ ...wanted, pool })).toBeDefined();
    expect(await listen({ ...wanted, pool: nothing })).toBeUndefined();
  });
});

describe('what is kept in the folder of a study', () => {
  let folder: string;
  let listening: Listening;
  beforeEach(async () => {
    folder = await temporaryFolder();
    listening = (await listen({ ...wanted, pool: fakePool([]) }))!;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('comes back as it was, bit for bit', async () => {
    await writeListening(folder, listening, 22050);
    expect(await readListening(folder)).toEqual(listening);
  });

  it('is WAV files at the model’s rate', async () => {
    await writeListening(folder, listening, 22050);
    expect((await readdir(join(folder, 'listening'))).toSorted()).toEqual([
      ...[1, 2, 3].flatMap((clip) =>
        ['best-preset', 'recording', 'winner', 'worst-trial'].map((role) => `${clip}-${role}.wav`),
      ),
      'listening.json',
    ]);
    const { samples, sampleRate } = await readAudio(join(folder, 'listening', '2-winner.wav'));
    expect({ samples, sampleRate }).toEqual({ samples: listening.voices[0]!.signals[1], sampleRate: 22050 });
  });

  it('is refused where a role comes twice, or more clips than are kept', async () => {
    await writeListening(folder, listening, 22050);
    const path = join(folder, 'listening', 'listening.json');
    const written = JSON.parse(await readFile(path, 'utf8'));
    const saying = (change: object) => writeFile(path, JSON.stringify({ ...written, ...change }));
    const winner = written.voices[0];
    await saying({ voices: [winner, winner] });
    await expect(readListening(folder)).rejects.toThrow('listening.json: voices: a role comes twice');
    await saying({ voices: Array.from({ length: 5000 }, () => winner) });
    await expect(readListening(folder)).rejects.toThrow('voices: Too big: expected array to have <=4 items, got 5000');
    await saying({ clips: Array.from({ length: 5000 }, () => 'a') });
    await expect(readListening(folder)).rejects.toThrow('clips: Too big: expected array to have <=3 items, got 5000');
  });

  it('is nothing where nothing was kept, and an error that names what is missing', async () => {
    expect(await readListening(folder)).toBeUndefined();
    await writeListening(folder, listening, 22050);
    await rm(join(folder, 'listening', '1-winner.wav'));
    await expect(readListening(folder)).rejects.toThrow('1-winner.wav: a clip of the study cannot be read');
  });
});
