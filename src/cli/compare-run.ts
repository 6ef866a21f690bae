import { counted, duration, grouped } from '../report/numbers.ts';
import { comparisonNfe, type Heard, hearAll } from '../search/compare.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import type { Contender } from './compare-schedules.ts';
import { withSession } from './search-session.ts';

/** What was heard, and at what cost. */
export interface HeardAll {
  /** In the order of the contenders. */
  readonly heard: readonly Heard[];
  /** Network evaluations of all clips. */
  readonly nfe: number;
  readonly seconds: number;
}

interface HearingOptions {
  readonly plan: ModelPlan;
  readonly contenders: readonly Contender[];
  readonly replicates: number;
  /** Default: what the engine and the cores suggest. */
  readonly jobs?: number;
  readonly quiet: boolean;
  readonly say: (text: string) => void;
}

/**
 * Hears all schedules with workers of its own, and says what that costs before and how far it is meanwhile.
 *
 * @returns undefined where it was interrupted
 * @throws InputError where the model cannot be loaded
 */
export async function hearWithWorkers(options: HearingOptions): Promise<HeardAll | undefined> {
  const { plan, contenders, replicates, jobs, quiet, say } = options;
  const { heldoutClips, clipSamples, sampleRate, precision, rowsPerCall } = plan.settings;
  const together = { clips: heldoutClips.length, rowsPerCall };
  const samples = heldoutClips.length * clipSamples;
  const schedules = contenders.map(({ schedule }) => schedule.betas);
  const nfe = comparisonNfe({ schedules, precision, replicates, samples });
  return withSession({ model: plan, jobs, quiet, say, kept: '' }, async ({ pool, secondsPerNfe, progress }) => {
    const clips = `${counted(heldoutClips.length, 'clip')} of ${(clipSamples / sampleRate).toFixed(2)} s`;
    say(
      `${counted(schedules.length, 'schedule')} on ${clips}, each with ${counted(replicates, 'draw')} of noise: ${grouped(nfe)} NFE; about ${duration(nfe * secondsPerNfe)}.`,
    );
    const begin = performance.now();
    const update = (done: number) =>
      progress.update({ done, total: nfe, text: `${grouped(done)} of ${grouped(nfe)} NFE` });
    update(0);
    const heard = await hearAll({ schedules, pool, precision, replicates, samples, together, onProgress: update });
    progress.stop();
    if (heard !== undefined) return { heard, nfe, seconds: (performance.now() - begin) / 1000 };
    say('Stopped. A comparison keeps nothing; the same command begins it again.');
    return undefined;
  });
}
