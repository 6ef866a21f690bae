#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { DEMO } from '../model/demo.ts';
import { loadConfig } from '../model/load-config.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';
import { counted, duration, grouped } from '../report/numbers.ts';
import { stepsPerEpoch } from '../training/batches.ts';
import { type Clip, readCorpus } from '../training/corpus.ts';
import type { TrainingHooks, TrainingPlan } from '../training/plan.ts';
import { openRun } from '../training/run-folder.ts';
import { bestTest, type RunState, type TestResult } from '../training/run-state.ts';
import { TrainingFailed, type TrainingResult, train } from '../training/train.ts';
import { parseTraining } from '../training/training-config.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { onInterrupt } from './interrupt.ts';
import { createProgressLine } from './progress.ts';
import { parseDevices, planWorkers } from './train-devices.ts';
import { TRAIN_FLAGS } from './train-flags.ts';
import { filelistOf, initialWeights } from './train-inputs.ts';

const INTERRUPTED = 130;

await runCommand(
  {
    name: 'schedule-train',
    synopsis: '[-c CONFIG] [options]',
    describe:
      'Trains a WaveGrad model on recordings of speech: checkpoints that every other command takes, TensorBoard event files, and a curve. ' +
      'The same command goes on with a run that was stopped, whatever stopped it. Without a config it trains the demo model on the demo clips.',
    flags: TRAIN_FLAGS,
    examples: [
      ['schedule-train --minutes 2', 'the demo, from nothing'],
      ['schedule-train -c config.json', 'a run, or what is left of it'],
      ['schedule-train -c config.json --steps 100000', 'to a number of steps'],
      ['schedule-train -c config.json --from model/', 'from trained weights'],
    ],
    async run(args, positionals) {
      if (positionals.length > 0)
        throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}`);
      const say = (text: string) => {
        if (!args.quiet) process.stderr.write(`${text}\n`);
      };
      const mostSteps = args.steps === undefined ? undefined : wholeNumber('steps', args.steps, 1);
      for (const name of ['minutes', 'checkpoint-minutes'] as const) {
        const value = args[name];
        if (value !== undefined && !(value > 0)) throw new UsageError(`--${name} must be above 0, got ${value}`);
      }
      const devices = parseDevices(args.device);
      const isDemo = args.config === undefined;
      const configPath = args.config ?? join(DEMO, 'config.json');
      const config = await loadConfig(configPath);
      const { training, remarks } = parseTraining(config, configPath);
      for (const remark of remarks) say(remark);
      if (training.useFp16 && devices.every(({ device }) => device === 'cpu')) {
        say('use_fp16 is ignored: the CPU computes in float32.');
      }
      const inputs = isDemo ? join(DEMO, 'clips') : undefined;
      const lists = {
        train: args.train ?? (inputs ? join(inputs, 'score') : training.trainFilelistPath),
        test: args.test ?? (inputs ? join(inputs, 'heldout') : training.testFilelistPath),
      };
      const wanted = args.logdir ?? (isDemo ? join('experiments', 'train-demo') : training.logdir);
      const configText = new TextDecoder().decode(await readInput(configPath, 'the config'));
      const folder = await openRun(wanted, config, configPath, { fresh: args.fresh });
      const { sample_rate: sampleRate } = config.data_config;
      const workers = planWorkers(devices, {
        jobs: args.jobs === undefined ? undefined : wholeNumber('jobs', args.jobs, 1),
        threads: args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1),
        cores: availableParallelism(),
        batchSize: training.batchSize,
      });
      const interrupt = onInterrupt(
        say,
        'Stopping after this step; once more to stop at once. A checkpoint is written.',
      );
      const progress = createProgressLine(args.quiet);
      try {
        const files = {
          train: await filelistOf(lists.train, args.root),
          test: await filelistOf(lists.test, args.root),
        };
        const paths = [...files.train, ...files.test];
        const corpus = await readCorpus(paths, {
          sampleRate,
          resample: args.resample,
          jobs: availableParallelism(),
          isCancelled: interrupt.isWanted,
          onProgress: (done, total) => progress.update({ done, total, text: `reading ${done} of ${total} recordings` }),
        });
        progress.stop();
        if (corpus === undefined) return INTERRUPTED;
        const clips = corpus.slice(0, files.train.length);
        const perEpoch = stepsPerEpoch(clips.length, training.batchSize * training.accumulationSteps);
        const plan: TrainingPlan = {
          config,
          configText,
          training,
          folder,
          clips,
          testClips: corpus.slice(files.train.length),
          resample: args.resample,
          ...workers,
          feeders: Math.max(1, Math.ceil(workers.jobs / 4)),
          initialWeights: args.from === undefined ? undefined : await initialWeights(args.from, config),
          mostSteps,
          mostSeconds: args.minutes === undefined ? undefined : args.minutes * 60,
          testEvery:
            args['test-every'] === undefined
              ? training.testInterval * perEpoch
              : wholeNumber('test-every', args['test-every'], 1),
          checkpointSeconds: args['checkpoint-minutes'] * 60,
        };
        announce(plan, args.device, say);
        const result = await train(plan, hooksOf(plan, perEpoch, { progress, say, isCancelled: interrupt.isWanted }));
        progress.stop();
        const text = args.json ? `${JSON.stringify(asData(result, folder), null, 2)}\n` : asText(result, folder);
        process.stdout.write(text);
        if (result.how === 'finished') return 0;
        say('Stopped. The same command goes on.');
        return INTERRUPTED;
      } catch (error) {
        if (error instanceof TrainingFailed) throw new InputError(`${folder}: ${error.message}`, { cause: error });
        throw error;
      } finally {
        progress.stop();
        interrupt.off();
      }
    },
  },
  process.argv.slice(2),
);

function announce(
  { config, clips, testClips, jobs, engines, training, folder }: TrainingPlan,
  device: string,
  say: (text: string) => void,
) {
  const { sample_rate: sampleRate } = config.data_config;
  const minutes = (some: readonly Clip[]) =>
    (some.reduce((sum, { length }) => sum + length, 0) / sampleRate / 60).toFixed(1);
  const parameters = buildWaveGrad(config)
    .parameters()
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  say(
    `${grouped(parameters)} weights; ${counted(clips.length, 'recording')} of ${minutes(clips)} minutes to train on, ` +
      `${testClips.length} of ${minutes(testClips)} to test on; batches of ${training.batchSize} × ${training.segmentLength} samples on ` +
      `${device}, ${counted(jobs, 'worker')} of ${counted(engines[0]!.threads ?? 1, 'thread')}.`,
  );
  say(`Run: ${resolve(folder)}`);
}

function hooksOf(
  plan: TrainingPlan,
  perEpoch: number,
  {
    progress,
    say,
    isCancelled,
  }: { progress: ReturnType<typeof createProgressLine>; say: (text: string) => void; isCancelled: () => boolean },
): TrainingHooks {
  let recent: { loss: number; seconds: number; waited: number }[] = [];
  const began = performance.now();
  return {
    isCancelled,
    onRemark: say,
    onSteps(reports, state) {
      recent = [...recent, ...reports].slice(-50);
      const mean = (of: (each: (typeof recent)[number]) => number) =>
        recent.reduce((sum, each) => sum + of(each), 0) / recent.length;
      const epoch = Math.floor(state.step / perEpoch);
      const text =
        `step ${state.step} (epoch ${epoch}), loss ${mean(({ loss }) => loss).toFixed(4)}, ` +
        `gradient ${reports.at(-1)!.gradientNorm.toFixed(3)}, ${(1 / mean(({ seconds }) => seconds)).toFixed(2)} steps/s`;
      progress.update({ ...position(plan, perEpoch, state, (performance.now() - began) / 1000), text });
    },
    onTesting: (done, total) => progress.update({ done, total, text: `testing ${done} of ${total}` }),
    onTest(result) {
      say(testLine(result));
    },
  };
}

/** How far a run is: in steps or seconds where they end it, else in its epoch. */
function position(plan: TrainingPlan, perEpoch: number, { step }: RunState, seconds: number) {
  if (plan.mostSeconds !== undefined) return { done: Math.min(seconds, plan.mostSeconds), total: plan.mostSeconds };
  if (plan.mostSteps !== undefined) return { done: step, total: plan.mostSteps };
  return { done: step % perEpoch, total: perEpoch };
}

function testLine({ step, validationLoss, waveformL1, melL1, realTimeFactor }: TestResult): string {
  const generated =
    waveformL1 === undefined
      ? ''
      : `, waveform L1 ${waveformL1.toFixed(4)}, mel L1 ${melL1!.toFixed(4)}, real-time factor ${realTimeFactor!.toFixed(2)}`;
  return `Test after ${step} steps: loss ${validationLoss.toFixed(4)}${generated}`;
}

function asData({ state, how }: TrainingResult, folder: string) {
  const { step, seconds, waited, tests, recoveries, jobs } = state;
  return { how, folder: resolve(folder), step, seconds, waited, jobs, best: bestTest(state), tests, recoveries };
}

function asText({ state }: TrainingResult, folder: string): string {
  const best = bestTest(state);
  const { step, seconds, waited } = state;
  const lines = [
    `${counted(step, 'step')} in ${duration(seconds)} (${(step / seconds).toFixed(2)} steps/s, ${((100 * waited) / seconds).toFixed(2)} % of it waiting for recordings)`,
    ...(best === undefined
      ? []
      : [`Best validation loss: ${best.validationLoss.toFixed(4)}, after ${counted(best.step, 'step')}`]),
    `Model:       ${resolve(folder)} (model.safetensors, config.json)`,
    `Curve:       ${resolve(folder, 'training.csv')}; TensorBoard: tensorboard --logdir ${folder}`,
    `Now:         schedule-search --iters 6 --model ${folder} --clips recordings/`,
  ];
  return `${lines.join('\n')}\n`;
}
