import { describe, expect, test } from 'vitest';
import { createInProcessPool } from '../../src/pool/in-process.ts';
import { readQueuedStudy } from '../../src/search/queue-study.ts';
import { checkFingerprint, performTask } from '../../src/search/queue-worker.ts';
import type { WorkerResult, WorkerTask } from '../../src/search/worker.ts';

const hash = (digit: string) => digit.repeat(64);
const STUDY = {
  name: 'a.pt (12345678)',
  engine: 'onnxruntime-node 1',
  settings: { frames: 2, clipsPerCall: 1, seed: 0, clamp: 'x0', precision: 'float64' },
  clips: { scoring: 1, heldout: 1, samples: 10 },
  files: {
    checkpoint: { hash: hash('a'), bytes: 100, ending: '.pt' },
    config: { hash: hash('b'), bytes: 10 },
    clips: { hash: hash('c'), bytes: 80 },
  },
  probe: { hash: hash('d'), score: 2 },
  mixed: false,
} as const;

describe('what a search announces', () => {
  test('is read', () => {
    expect(readQueuedStudy(JSON.parse(JSON.stringify(STUDY)), 'here')).toEqual(STUDY);
  });

  test.each([
    ['clips of 80 bytes were expected, got 84', { files: { ...STUDY.files, clips: { hash: hash('c'), bytes: 84 } } }],
    ['files.config.hash: Invalid string', { files: { ...STUDY.files, config: { hash: '../../etc', bytes: 1 } } }],
    [
      'files.checkpoint.ending: Invalid option',
      { files: { ...STUDY.files, checkpoint: { ...STUDY.files.checkpoint, ending: '/../x' } } },
    ],
    ['clips.samples: Too big', { clips: { ...STUDY.clips, samples: 2 ** 40 } }],
  ])('is refused where it does not fit: %s', (sentence, change) => {
    expect(() => readQueuedStudy({ ...STUDY, ...change }, 'here')).toThrow(`here: ${sentence}`);
  });
});

describe('a worker', () => {
  const same = { hash: hash('d'), score: 2 };
  const near = { hash: hash('e'), score: 2.0001 };
  const far = { hash: hash('e'), score: 2.001 };

  test('whose probe evaluation is the same is let in', () => {
    checkFingerprint(STUDY, same);
    checkFingerprint({ ...STUDY, mixed: true }, same);
  });

  test('whose bits differ is refused, or let in with --mixed where the scores agree', () => {
    expect(() => checkFingerprint(STUDY, near)).toThrow(
      "a.pt (12345678): the probe evaluation differs from the study's (2.0001, eeeeeeee; there 2, dddddddd), as on another kind of processor: schedule-search --mixed admits this machine, and the scores then agree to 0.0001",
    );
    checkFingerprint({ ...STUDY, mixed: true }, near);
    expect(() => checkFingerprint({ ...STUDY, mixed: true }, far)).toThrow(
      'by more than the 0.0001 that --mixed allows',
    );
  });

  const task: WorkerTask = { kind: 'jobs', jobs: [{ kind: 'clean-error', sigma: 1 }] };
  const does = (work: (task: WorkerTask) => Promise<WorkerResult>) =>
    createInProcessPool<WorkerTask, WorkerResult>((asked) => work(asked));

  test('gives back what a task came to', async () => {
    const result: WorkerResult = {
      kind: 'jobs',
      results: [{ kind: 'clean-error', errors: [1], nfe: 1, seconds: 1 }],
      worker: 1,
    };
    expect(
      await performTask(
        task,
        does(async () => result),
        'mark',
      ),
    ).toEqual({ kind: 'done', mark: 'mark', result });
  });

  test('says what a task threw, and that it could not read one', async () => {
    const throwing = does(async () => {
      throw new Error('out of memory');
    });
    expect(await performTask(task, throwing, '')).toEqual({ kind: 'thrown', message: 'out of memory' });
    expect(await performTask({ kind: 'jobs', jobs: 1 }, throwing, '')).toEqual({
      kind: 'unreadable',
      message: expect.stringMatching(/^a task of the queue: jobs: /),
    });
  });

  test('leaves what it was told to stop to another', async () => {
    const stopped = does(async () => ({ kind: 'jobs', results: [], worker: 1 }));
    expect(await performTask(task, stopped, '')).toBeUndefined();
  });
});
