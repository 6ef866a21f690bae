import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readStudy } from '../../src/search/read-study.ts';
import { finishedBefore, openStudy } from '../../src/search/study.ts';
import { temporaryFolder } from './fake-study.ts';

/** Studies as versions of this program wrote them, which must keep opening; their best.pt is left out. */
const STUDIES = [
  { name: 'without-reasons', trials: 11, evaluations: 46, failed: 0, failures: 0 },
  { name: 'with-reasons', trials: 8, evaluations: 40, failed: 1, failures: 2 },
];

it.each(STUDIES)(
  'opens $name, whole, and a search goes on with it',
  async ({ name, trials, evaluations, failed, failures }) => {
    const folder = join(await temporaryFolder(), name);
    await cp(fileURLToPath(new URL(`../fixtures/studies/${name}`, import.meta.url)), folder, { recursive: true });
    const data = await readStudy(folder);
    expect(data.trials).toHaveLength(trials);
    expect(data.trials.filter(({ reason }) => reason !== undefined)).toHaveLength(failed);
    expect(data.outcome!.trial).toBe(data.trials.find(({ betas }) => betas.join() === data.outcome!.betas.join())!.id);
    expect(await finishedBefore(folder, data.settings, { resume: true })).toEqual(data.outcome);

    const study = await openStudy(folder, data.settings, { resume: true }, 0);
    expect(study.done.evaluations.count).toBe(evaluations + failures);
    await study.writeTrials(data.trials);
    await study.journal.close();
    expect((await readStudy(folder)).trials).toEqual(data.trials);
  },
);
