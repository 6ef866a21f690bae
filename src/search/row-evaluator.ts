import { type Distance, METRICS, type MetricName } from '../audio/distances/index.ts';
import { createMelFrontEnd } from '../audio/mel.ts';
import type { ProcessConstants } from '../diffusion/process.ts';
import type { RowReverse } from '../diffusion/row-reverse.ts';
import type { Resident } from '../engine/engine.ts';
import type { Conditioning, NetworkRow, RowNetwork } from '../model/row-network.ts';
import { fillNormal, type NoiseKey } from '../random/noise.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { CleanError, CleanErrorTask, Evaluation, EvaluationTask, EvaluatorOptions } from './evaluator.ts';
import { createHeld } from './held.ts';
import { KEPT_STATES, prefixKeys, searchConstants } from './prefixes.ts';
import { recentlyUsed } from './recently-used.ts';

interface RowEvaluatorOptions extends Pick<EvaluatorOptions, 'clips' | 'seed' | 'clamp' | 'precision'> {
  readonly network: RowNetwork;
  /** With the same clamp. */
  readonly reverse: RowReverse;
}

/** Scores schedules on a device. */
export interface RowEvaluator {
  /** The tasks' evaluations, made together; undefined where `isCancelled` said true between two steps. */
  evaluate(tasks: readonly EvaluationTask[], isCancelled?: () => boolean): Promise<Evaluation[] | undefined>;
  /** The same of errors at noise levels. */
  cleanErrors(tasks: readonly CleanErrorTask[], isCancelled?: () => boolean): Promise<CleanError[] | undefined>;
  /** Wall-clock seconds of one network evaluation of all the scoring clips, judged by a call that is full. */
  timeNetwork(): Promise<number>;
}

/** Numbers of noise that are kept on the device: 64 MiB. */
const KEPT_NOISE = 2 ** 24;

/**
 * Scores schedules as createEvaluator does, with states, noise and predictions on a device: clips of several candidates go through the network
 * together, a level of each, and what prefixes share is computed once. States are added up in float32.
 */
export function createRowEvaluator(options: RowEvaluatorOptions): RowEvaluator {
  const { network, reverse, seed, clamp, precision } = options;
  const { memory } = network;
  const melConfig = network.config.data_config;
  const frontEnd = createMelFrontEnd(melConfig);
  const prepared = { scoring: options.clips.scoring.map(prepare), heldout: options.clips.heldout.map(prepare) };
  const { hold, release } = createHeld<Resident>();
  const letGo = ({ signal, predicted }: Asked) => [signal, predicted].forEach(release);
  const states = recentlyUsed<Asked>(KEPT_STATES, letGo);
  const keptNoise = recentlyUsed<Resident>(KEPT_NOISE, release);

  function prepare(samples: Float32Array, number: number): Recording {
    return { samples, number, mels: frontEnd.logMel(samples).data, distances: new Map() };
  }

  function conditioningOf(recording: Recording): Promise<Conditioning> {
    recording.conditioning ??= network.condition(recording.mels);
    return recording.conditioning;
  }

  function noiseOf({ samples, number }: Recording, draw: Omit<NoiseKey, 'seed' | 'clip'>): Float32Array {
    return fillNormal(new Float32Array(samples.length), { seed, clip: number, ...draw });
  }

  /** Held once more for whoever asks. */
  async function placedNoise({ task, recording }: Voice, k: number): Promise<Resident> {
    const { purpose, replicate } = task;
    const key = `${purpose}/${replicate}/${k}/${recording.number}/${recording.samples.length}`;
    const known = keptNoise.get(key);
    if (known !== undefined) return hold(known);
    const placed = hold(await memory.place(noiseOf(recording, { purpose, replicate, k })));
    keptNoise.set(key, placed, recording.samples.length);
    return hold(placed);
  }

  function measure({ samples, distances }: Recording, metric: MetricName, output: Float32Array): number {
    const distance = distances.get(metric) ?? METRICS[metric].prepare(samples, melConfig);
    distances.set(metric, distance);
    return distance(output);
  }

  function voicesOf(task: EvaluationTask): Voice[] {
    const { betas, set, purpose, replicate, clips = [0, Number.POSITIVE_INFINITY] } = task;
    const constants = searchConstants(betas, precision);
    const prefixes = prefixKeys(constants);
    return prepared[set].slice(...clips).map((recording) => {
      const keys = prefixes.map((key) => `${set}/${purpose}/${replicate}/${recording.number}/${key}`);
      // All of them are used again, so that none goes before the others.
      const known = keys.map((key) => states.get(key));
      const first = known.findLastIndex((asked) => asked !== undefined);
      const asked = known[first];
      if (asked !== undefined) [asked.signal, asked.predicted].forEach(hold);
      return { task, recording, constants, keys, first: Math.max(first, 0), asked, made: 0 };
    });
  }

  /** What the network says to the k + 1-th states of voices, each once where they share it; held for each of them. */
  async function ask(voices: readonly Voice[], k: number): Promise<void> {
    const asking = new Map<string, Voice>();
    const keyOf = (voice: Voice) => voice.keys[k] ?? `the last of ${voices.indexOf(voice)}`;
    const without = voices.filter(({ asked }) => asked === undefined);
    for (const voice of without) if (!asking.has(keyOf(voice))) asking.set(keyOf(voice), voice);
    const rows = await Promise.all(
      [...asking.values()].map(async ({ recording, constants, task, state }) => ({
        signal: state!,
        conditioning: await conditioningOf(recording),
        noiseLevel: constants.noiseLevels[task.betas.length - 1 - k]!,
      })),
    );
    const predicted = await network.predict(rows);
    const answers = new Map<string, Asked>();
    for (const [i, [key, voice]] of [...asking].entries()) {
      const answer = { signal: rows[i]!.signal, predicted: predicted[i]! };
      answers.set(key, answer);
      voice.made++;
    }
    for (const voice of without) {
      const answer = answers.get(keyOf(voice))!;
      [answer.signal, answer.predicted].forEach(hold);
      voice.asked = answer;
    }
    for (const [key, voice] of asking) {
      if (voice.keys[k] === undefined) continue;
      const answer = answers.get(key)!;
      [answer.signal, answer.predicted].forEach(hold);
      states.set(key, answer, 2 * voice.recording.samples.length);
    }
  }

  /** Takes voices that were answered one reverse step on. */
  async function advance(voices: readonly Voice[], k: number): Promise<void> {
    const added: Resident[] = [];
    for (const voice of voices) added.push(await placedNoise(voice, isLast(voice, k) ? 0 : k + 1));
    const rows = voices.map(({ constants, task, asked }, at) => {
      const { signal: state, predicted } = asked!;
      return { constants, i: task.betas.length - 1 - k, state, predicted, added: added[at]! };
    });
    const next = await reverse.step(rows);
    added.forEach(release);
    for (const [at, voice] of voices.entries()) {
      letGo(voice.asked!);
      voice.asked = undefined;
      if (voice.state !== undefined) release(voice.state);
      voice.state = hold(next[at]!);
    }
  }

  async function finish(voice: Voice): Promise<void> {
    const output = await memory.read(voice.state!);
    release(voice.state!);
    voice.state = undefined;
    if (voice.task.audible) voice.output = output;
    voice.distances = Object.fromEntries(
      voice.task.metrics.map((metric) => [metric, measure(voice.recording, metric, output)]),
    );
  }

  function forget(voices: readonly Voice[]): void {
    for (const { state, asked } of voices) {
      if (state !== undefined) release(state);
      if (asked !== undefined) letGo(asked);
    }
  }

  return {
    async evaluate(tasks, isCancelled = () => false) {
      const begin = performance.now();
      const byTask = tasks.map(voicesOf);
      const voices = byTask.flat();
      const last = Math.max(...tasks.map(({ betas }) => betas.length));
      for (let k = 0; k < last; k++) {
        if (isCancelled()) {
          forget(voices);
          return undefined;
        }
        const now = voices.filter(({ first, task }) => first <= k && k < task.betas.length);
        for (const voice of now) {
          if (voice.state === undefined && voice.asked === undefined) voice.state = await placedNoise(voice, 0);
        }
        await ask(now, k);
        await advance(now, k);
        for (const voice of now) if (isLast(voice, k)) await finish(voice);
      }
      const seconds = (performance.now() - begin) / 1000 / voices.length;
      return byTask.map((own, i) => resultOf(tasks[i]!, own, seconds * own.length));
    },
    async cleanErrors(tasks, isCancelled = () => false) {
      const begin = performance.now();
      const wanted = tasks.flatMap(({ sigma }) => {
        const constants = searchConstants(NoiseSchedule.fromSigmas([sigma]).betas, precision);
        return prepared.scoring.map((recording) => ({ recording, constants }));
      });
      const errors: number[] = [];
      for (let first = 0; first < wanted.length; first += network.rows) {
        if (isCancelled()) return undefined;
        errors.push(...(await errorsOf(wanted.slice(first, first + network.rows))));
      }
      const seconds = (performance.now() - begin) / 1000 / tasks.length;
      const clips = prepared.scoring.length;
      return tasks.map((_, i) => {
        return { kind: 'clean-error', errors: errors.slice(i * clips, (i + 1) * clips), nfe: 1, seconds };
      });
    },
    async timeNetwork() {
      const [recording] = prepared.scoring;
      const row = {
        signal: await memory.place(new Float32Array(recording!.samples.length)),
        conditioning: await conditioningOf(recording!),
        noiseLevel: 0.5,
      };
      const ask = async () => {
        const predicted = await network.predict(Array.from({ length: network.rows }, () => row));
        await memory.read(predicted[0]!);
        for (const each of predicted) each.dispose();
      };
      // The first call compiles what a device runs.
      await ask();
      const begin = performance.now();
      await ask();
      const seconds = (performance.now() - begin) / 1000;
      row.signal.dispose();
      return (seconds * prepared.scoring.length) / network.rows;
    },
  };

  /** Of recordings at the one level of a schedule, as many as go through the network together. */
  async function errorsOf(wanted: readonly Pick<Voice, 'recording' | 'constants'>[]): Promise<number[]> {
    const signals: Float32Array[] = [];
    const rows: NetworkRow[] = [];
    for (const { recording, constants } of wanted) {
      const { noiseLevel, noiseScale } = oneLevel(constants);
      // The same draw at every level: costs of neighbouring levels then differ by little noise.
      const noise = noiseOf(recording, { purpose: 'clean-error', replicate: 0, k: 0 });
      const data = recording.samples.map((x, t) => noiseLevel * x + noiseScale * noise[t]!);
      signals.push(data);
      rows.push({ signal: await memory.place(data), conditioning: await conditioningOf(recording), noiseLevel });
    }
    const predicted = await network.predict(rows);
    const errors: number[] = [];
    for (const [at, { recording, constants }] of wanted.entries()) {
      const { signalGain, noiseGain } = oneLevel(constants);
      const noise = await memory.read(predicted[at]!);
      const sum = recording.samples.reduce((total, x, t) => {
        const estimate = signalGain * signals[at]![t]! - noiseGain * noise[t]!;
        return total + (x - (clamp === 'x0' ? Math.min(1, Math.max(-1, estimate)) : estimate)) ** 2;
      }, 0);
      errors.push(sum / recording.samples.length);
    }
    for (const value of [...predicted, ...rows.map(({ signal }) => signal)]) value.dispose();
    return errors;
  }

  function resultOf({ metrics, set, audible }: EvaluationTask, voices: readonly Voice[], seconds: number): Evaluation {
    const rows = metrics.map((metric) => [metric, voices.map(({ distances }) => distances![metric]!)]);
    const nfe = voices.reduce((sum, { made }) => sum + made, 0) / prepared[set].length;
    return {
      kind: 'evaluation',
      distances: Object.fromEntries(rows),
      ...(audible && { signals: voices.map(({ output }) => output!) }),
      nfe,
      seconds,
      networkSeconds: seconds,
    };
  }
}

/** What of the constants of a schedule of one level its clean error needs. */
function oneLevel({ noiseLevels, signalGain, noiseGain }: ProcessConstants) {
  const [level, gain, ofNoise] = [noiseLevels, signalGain, noiseGain].map((values) => values[0]!) as [
    number,
    number,
    number,
  ];
  return { noiseLevel: level, signalGain: gain, noiseGain: ofNoise, noiseScale: ofNoise / gain };
}

function isLast({ task }: Voice, k: number): boolean {
  return k === task.betas.length - 1;
}

/** What the network was asked, and what it said. */
interface Asked {
  readonly signal: Resident;
  readonly predicted: Resident;
}

/** A clip, and what is known of it. */
interface Recording {
  readonly samples: Float32Array;
  /** In its set. */
  readonly number: number;
  /** [n_mels, frames]. */
  readonly mels: Float32Array;
  readonly distances: Map<MetricName, Distance>;
  conditioning?: Promise<Conditioning>;
}

/** One clip as one schedule generates it. */
interface Voice {
  readonly task: EvaluationTask;
  readonly recording: Recording;
  readonly constants: ProcessConstants;
  /** Of its prefixes, by k. */
  readonly keys: readonly string[];
  /** The k that it begins with; those before it are known. */
  readonly first: number;
  /** y_n, held. */
  state?: Resident;
  /** Of the step in hand, held. */
  asked: Asked | undefined;
  /** Network evaluations of its clip that were made for it. */
  made: number;
  distances?: Partial<Record<MetricName, number>>;
  /** What was generated, where that is wanted. */
  output?: Float32Array;
}
