import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { loadModel } from '../../src/model/model.ts';
import { createBatches } from '../../src/training/batches.ts';
import type { TrainingPlan } from '../../src/training/plan.ts';
import { TrainingFailed, train } from '../../src/training/train.ts';
import { checkpointSteps, checkWhole, comeTo, eventsOf, textOf } from './run-files.ts';
import { notingHooks, tinyClip, tinyPlan } from './tiny-plan.ts';

const root = mkdtempSync(join(tmpdir(), 'train-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string) => join(root, name);

/** Trains to the end in sessions that are stopped after so many steps or a few more; what was said on the way. */
async function trainInParts(plan: TrainingPlan, stopAfter: readonly number[]): Promise<string[]> {
  const said: string[] = [];
  for (const steps of [...stopAfter, Number.POSITIVE_INFINITY]) {
    const { hooks, remarks } = notingHooks(steps);
    const { how } = await train(plan, hooks);
    said.push(...remarks, how);
    checkWhole(plan.folder);
  }
  return said;
}

describe('a run that is stopped', () => {
  test('comes to the same as one that is not: with a mean of weights, several batches a step, a cosine, two workers', async () => {
    const fields = {
      ema_decay: 0.9,
      accumulation_steps: 2,
      lr_schedule: 'cosine',
      total_steps: 40,
      warmup_steps: 10,
      keep_checkpoints: 1,
    };
    const others = { jobs: 2, mostSteps: 40, testEvery: 8, feeders: 2 };
    const straight = tinyPlan(at('straight'), fields, others);
    const { hooks, tests } = notingHooks();
    const { state, how } = await train(straight, hooks);
    expect([how, state.step]).toEqual(['finished', 40]);
    expect(tests.map(({ result }) => result.step)).toEqual([8, 16, 24, 32, 40]);
    const losses = tests.map(({ result }) => result.validationLoss);
    expect(tests.map(({ isBest }) => isBest)).toEqual(
      losses.map((loss, i) => losses.slice(0, i).every((earlier) => loss < earlier)),
    );
    // The newest one and the best.
    const best = tests[losses.indexOf(Math.min(...losses))]!.result.step;
    expect(checkpointSteps(at('straight'))).toEqual([...new Set([best, 40])]);

    const parts = tinyPlan(at('parts'), fields, { ...others, checkpointSeconds: 0.05 });
    const said = await trainInParts(parts, [3, 11]);
    expect(said.filter((each) => !each.startsWith('Going on after step '))).toEqual([
      'interrupted',
      'interrupted',
      'finished',
    ]);
    expect(said).toHaveLength(5);
    expect(comeTo(at('parts'))).toEqual(comeTo(at('straight')));
  });

  test('that is at its end has nothing to do, and writes nothing', async () => {
    const plan = tinyPlan(at('short'), {}, { mostSteps: 2 });
    await train(plan, notingHooks().hooks);
    const files = eventsOf(at('short')).length;
    const { hooks, remarks } = notingHooks();
    const { how, state } = await train(plan, hooks);
    expect([how, state.step, remarks, eventsOf(at('short')).length]).toEqual(['finished-before', 2, [], files]);
    // A test beside the schedule leaves the sum of losses as it was.
    expect([state.tests.length, state.lossCount]).toEqual([1, 2]);
  });

  test('ends after its minutes with a test, and goes on for as many when it is called again', async () => {
    const plan = tinyPlan(at('minutes'), {}, { mostSeconds: 0.2, testEvery: 1000 });
    const ends: number[] = [];
    for (let session = 1; session <= 2; session++) {
      const { state, how } = await train(plan, notingHooks().hooks);
      expect([how, state.tests.at(-1)!.step, state.tests.length]).toEqual(['finished', state.step, session]);
      ends.push(state.step);
    }
    expect(ends[1]).toBeGreaterThan(ends[0]!);
  });

  test('and that ends between its model and its checkpoint still leaves the best of its tests', async () => {
    const plan = tinyPlan(at('between'), {}, { mostSteps: 4, testEvery: 4 });
    const checkpoints = at('between/checkpoints');
    const { hooks } = notingHooks();
    const onTest: typeof hooks.onTest = () => {
      renameSync(checkpoints, at('aside'));
      writeFileSync(checkpoints, 'in the way');
    };
    await expect(train(plan, { ...hooks, onTest })).rejects.toThrow(/between: step 4 of the run cannot be saved: /);
    rmSync(checkpoints);
    renameSync(at('aside'), checkpoints);

    expect(checkpointSteps(at('between'))).toEqual([0]);
    const model = at('between/model.safetensors');
    expect(readSafetensors(readFileSync(model), model).metadata.iteration).toBe('4');
    expect(readFileSync(at('between/training.csv'), 'utf8').trim().split('\n')).toHaveLength(2);
    const before = readFileSync(model);
    const { how, state } = await train(plan, notingHooks().hooks);
    expect([how, state.tests.map(({ step }) => step)]).toEqual(['finished', [4]]);
    expect(readFileSync(model)).toEqual(before);
  });

  test('says what is another than before', async () => {
    const plan = tinyPlan(at('short'), {}, { mostSteps: 3, jobs: 2, clips: [7, 8].map((n) => tinyClip(n)) });
    const { hooks, remarks } = notingHooks();
    await train({ ...plan, initialWeights: new Map() }, hooks);
    expect(remarks).toEqual([
      'Going on after step 2.',
      'The weights to begin with have no effect: this run has begun; --fresh begins another with them.',
      'The recordings of the train list are others than before: this is not the run that one of them would have been.',
      '2 workers of 1 thread go on where 1 worker of 1 thread began: the last digits will differ.',
    ]);
  });
});

describe('an explosion', () => {
  const STEPS = 24;
  const TEST_EVERY = 8;

  /**
   * Recordings of which one has a sample that is not finite, which is met first between the tests after 8 and 16 steps, and after
   * going back not again.
   */
  function clipsWithInfinity(segment: number) {
    const length = 6000;
    const clips = [1, 2, 3, 4].map((number) => tinyClip(number, length));
    const meets = (attempt: number, sample: number, from: number) => {
      const rowsOf = createBatches(clips.length, 2, { seed: 0, attempt });
      return Array.from({ length: STEPS - from }, (_, i) => from + i).filter((step) =>
        rowsOf(step).some(({ clip, start }) => {
          const begin = Math.floor(start * (length - segment + 1));
          return clip === 0 && begin <= sample && sample < begin + segment;
        }),
      );
    };
    const sample = Array.from({ length }, (_, i) => i).find((i) => {
      const first = meets(0, i, 0)[0] ?? STEPS;
      return first > TEST_EVERY + 2 && first < 2 * TEST_EVERY && meets(1, i, TEST_EVERY).length === 0;
    })!;
    clips[0]!.samples![sample] = Number.POSITIVE_INFINITY;
    return { clips, failsAt: meets(0, sample, 0)[0]! + 1 };
  }

  test('goes back to the last test with half the learning rate, and on; stopped or not, to the same', async () => {
    const { clips, failsAt } = clipsWithInfinity(1200);
    const others = { clips, mostSteps: STEPS, testEvery: TEST_EVERY };
    const sentence =
      `Step ${failsAt}: the loss exploded, or it or its gradient was not finite; going on from the checkpoint of step 8 with ` +
      'other batches and 0.5 times the learning rate.';
    const straight = tinyPlan(at('infinity'), { lr_schedule: 'constant' }, others);
    const { hooks, remarks, tests } = notingHooks();
    const { state } = await train(straight, hooks);
    expect(remarks).toEqual([sentence]);
    expect(tests.map(({ result }) => result.step)).toEqual([8, 16, 24]);
    expect(state.recoveries).toEqual([{ step: failsAt, backTo: 8, learningRateScale: 0.5 }]);
    expect(tests.every(({ result }) => Number.isFinite(result.validationLoss))).toBe(true);

    const [before, after, ...more] = eventsOf(at('infinity'));
    expect(more).toEqual([]);
    // SessionLog.START: TensorBoard drops what it had of later steps.
    expect(after!.find(({ sessionStatus }) => sessionStatus === 1)!.step).toBe(9);
    expect(textOf(after!.find(({ tag }) => tag === 'training/recoveries')!)).toBe(sentence);
    const rates = (events: typeof before) =>
      events!.filter(({ tag }) => tag === 'training/learning_rate').map(({ scalar }) => scalar);
    expect(new Set(rates(before))).toEqual(new Set([Math.fround(1e-3)]));
    expect(new Set(rates(after))).toEqual(new Set([Math.fround(5e-4)]));

    const parts = tinyPlan(at('infinity-parts'), { lr_schedule: 'constant' }, { ...others, checkpointSeconds: 0.02 });
    const said = await trainInParts(parts, [3, 8, 5]);
    expect(said.filter((each) => each.startsWith('Step '))).toEqual([sentence]);
    expect(comeTo(at('infinity-parts'))).toEqual(comeTo(at('infinity')));
  });

  test('three times without a better test ends a run, which says what to try and keeps its last good checkpoint', async () => {
    const plan = tinyPlan(at('exploded'), { lr: 1e30, lr_schedule: 'constant' }, { mostSteps: STEPS, testEvery: 8 });
    const { hooks, remarks } = notingHooks();
    const failure = await train(plan, hooks).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure).toBeInstanceOf(TrainingFailed);
    expect(failure!.message).toMatch(
      /^.*exploded: step \d+: the loss exploded again, at 0\.125 times the learning rate of 1e\+30, after going back 3 times; try a lower lr /,
    );
    expect(remarks.map((remark) => /step 0 with other batches and (.*) times/.exec(remark)?.[1])).toEqual([
      '0.5',
      '0.25',
      '0.125',
    ]);
    expect(checkpointSteps(at('exploded'))).toEqual([0]);
    checkWhole(at('exploded'));
    await (await loadModel(at('exploded'))).dispose();
    const texts = eventsOf(at('exploded'))
      .flat()
      .filter(({ tag }) => tag === 'training/recoveries');
    expect(textOf(texts.at(-1)!)).toMatch(/^step \d+: the loss exploded again/);
    expect(textOf(texts.at(-2)!).split('\n\n')).toEqual(remarks);
  });
});

test('a recording that is gone when it is read again ends a training by its name', async () => {
  const clips = [1, 2].map((number) => ({ ...tinyClip(number), samples: undefined, path: at(`${number}.wav`) }));
  const plan = tinyPlan(at('gone'), {}, { clips, mostSteps: 4 });
  await expect(train(plan, notingHooks().hooks)).rejects.toThrow(/train-.*\/[12]\.wav: .*there is no such file/);
});

test('a device that does not start leaves nothing behind', async () => {
  const engines = [{ device: 'cpu', deviceId: 0, threads: 1 } as const, { device: 'cuda', deviceId: 99 } as const];
  const plan = tinyPlan(at('nowhere'), {}, { engines, jobs: 2 });
  await expect(train(plan, notingHooks().hooks)).rejects.toThrow(/^ONNX Runtime does not start on cuda: /);
  expect(() => readFileSync(at('nowhere'))).toThrow('ENOENT');
});
