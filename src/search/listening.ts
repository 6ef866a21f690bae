import { join } from 'node:path';
import { z } from 'zod';
import { readWav, writeWav } from '../audio/wav.ts';
import { checkData, numbersOrNull, parseJson } from '../formats/json.ts';
import { readIfThere, readInput } from '../formats/read-input.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { attempt } from './attempts.ts';
import type { Outcome } from './outcome.ts';
import type { EvaluationPool } from './runner.ts';
import type { StudySettings } from './settings.ts';
import { sameBetas, type Trial } from './trial.ts';

/** Held-out clips that are kept to be listened to. */
const CLIPS = 3;

const FORMAT = 1;

const ROLES = ['winner', 'runner-up', 'best preset', 'worst trial'] as const;

const voice = z.strictObject({
  role: z.enum(ROLES),
  name: z.string(),
  betas: z.array(z.number()),
  /** The study's metric, of each clip as it is heard. */
  scores: numbersOrNull,
});
const content = z.strictObject({
  format: z.literal(FORMAT),
  clips: z.array(z.string()).min(1).max(CLIPS),
  /** Files are called by the role, so that each is there once. */
  voices: z
    .array(voice)
    .max(ROLES.length)
    .refine((voices) => new Set(voices.map(({ role }) => role)).size === voices.length, 'a role comes twice'),
});

/** A schedule that can be listened to. */
export interface Voice extends Readonly<z.infer<typeof voice>> {
  /** What it generates of each clip. */
  readonly signals: readonly Float32Array[];
}

/** The same clips as recorded and as schedules generate them, with the first draw of noise of the verification. */
export interface Listening {
  readonly clips: readonly { readonly name: string; readonly recording: Float32Array }[];
  readonly voices: readonly Voice[];
}

interface Wanted {
  readonly settings: StudySettings;
  readonly trials: readonly Trial[];
  readonly outcome: Outcome;
  /** The held-out clips. */
  readonly recordings: readonly Float32Array[];
  readonly pool: EvaluationPool;
}

/**
 * Generates the first held-out clips with the winner, the runner-up, the best baseline and the worst trial; one that comes twice is heard
 * once, and one whose signal is not finite, or whose worker fails twice, not at all. Undefined where it was cancelled.
 */
export async function listen({ settings, trials, outcome, recordings, pool }: Wanted): Promise<Listening | undefined> {
  const clips = recordings.slice(0, CLIPS).map((recording, i) => ({ name: settings.heldoutClips[i]!.name, recording }));
  const voices = await Promise.all(
    schedulesOf(outcome, trials).map(async (schedule): Promise<Voice[] | undefined> => {
      const task = {
        kind: 'evaluation',
        betas: schedule.betas,
        set: 'heldout',
        purpose: 'verification',
        replicate: 0,
        metrics: [settings.metric],
        clips: [0, clips.length],
        audible: true,
      } as const;
      const [made] = await attempt(pool, [task], () => false);
      if (made !== undefined && 'reason' in made) return [];
      if (made?.result.kind !== 'evaluation') return undefined;
      const { signals = [], distances } = made.result;
      if (!signals.every((signal) => signal.every(Number.isFinite))) return [];
      return [{ ...schedule, scores: [...distances[settings.metric]!], signals }];
    }),
  );
  if (voices.some((some) => some === undefined)) return undefined;
  return { clips, voices: voices.flatMap((some) => some!) };
}

function schedulesOf({ name, betas, runnerUp, comparisons }: Outcome, trials: readonly Trial[]) {
  const baselines = comparisons.filter(({ heldout }) => Number.isFinite(heldout.mean));
  const best = baselines.toSorted((a, b) => a.heldout.mean - b.heldout.mean)[0];
  const complete = trials.filter(({ state }) => state === 'complete');
  const worst = complete.toSorted((a, b) => b.score - a.score || a.id - b.id)[0];
  const all: Omit<Voice, 'scores' | 'signals'>[] = [
    { role: 'winner', name, betas },
    ...(runnerUp === undefined
      ? []
      : [{ role: 'runner-up' as const, name: `trial ${runnerUp.trial}`, betas: runnerUp.betas }]),
    ...(best === undefined ? [] : [{ role: 'best preset' as const, name: best.name, betas: best.betas }]),
    ...(worst === undefined
      ? []
      : [{ role: 'worst trial' as const, name: `trial ${worst.id}, ${worst.origin}`, betas: [...worst.betas] }]),
  ];
  return all.filter((one, i) => all.findIndex(({ betas: other }) => sameBetas(other, one.betas)) === i);
}

/** Writes what was heard into a study, as WAV files of 32-bit floats that any player opens, and a file that says what they are. */
export async function writeListening(folder: string, { clips, voices }: Listening, sampleRate: number): Promise<void> {
  const paths = listeningPaths(folder);
  for (const [i, { recording }] of clips.entries()) {
    await writeWhole(paths.recording(i), writeWav(recording, sampleRate, 'float32'));
    for (const { role, signals } of voices) {
      await writeWhole(paths.voice(i, role), writeWav(signals[i]!, sampleRate, 'float32'));
    }
  }
  const names = clips.map(({ name }) => name);
  const file = {
    format: FORMAT,
    clips: names,
    voices: voices.map(({ role, name, betas, scores }) => ({ role, name, betas, scores })),
  };
  await writeWhole(paths.index, `${JSON.stringify(file, null, 2)}\n`);
}

/**
 * What `writeListening` wrote; undefined where nothing did.
 *
 * @throws {InputError} if a file is missing or does not fit
 */
export async function readListening(folder: string): Promise<Listening | undefined> {
  const paths = listeningPaths(folder);
  const text = await readIfThere(paths.index);
  if (text === undefined) return undefined;
  const { clips, voices } = checkData(parseJson(text, paths.index), content, paths.index);
  const samplesOf = async (path: string) => readWav(await readInput(path, 'a clip of the study'), path).samples;
  return {
    clips: await Promise.all(clips.map(async (name, i) => ({ name, recording: await samplesOf(paths.recording(i)) }))),
    voices: await Promise.all(
      voices.map(async (one) => ({
        ...one,
        signals: await Promise.all(clips.map((_, i) => samplesOf(paths.voice(i, one.role)))),
      })),
    ),
  };
}

function listeningPaths(folder: string) {
  const at = (name: string) => join(folder, 'listening', name);
  return {
    index: at('listening.json'),
    recording: (clip: number) => at(`${clip + 1}-recording.wav`),
    voice: (clip: number, role: Voice['role']) => at(`${clip + 1}-${role.replace(' ', '-')}.wav`),
  };
}
