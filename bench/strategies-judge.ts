/** Held-out clips and noise that no search has heard, the same for all. */
import type { MetricName } from '../src/audio/distances/index.ts';
import { loadClips } from '../src/search/clips.ts';
import { hearAll } from '../src/search/compare.ts';
import { openSearchPool } from '../src/search/plan.ts';
import { type ModelPlan, type ModelRequest, planModel } from '../src/search/plan-model.ts';

export interface JudgeRequest extends Omit<ModelRequest, 'seed'> {
  /** Recordings that the searches score on; no other is judged on. */
  readonly clips: string;
  readonly heldout: string;
  readonly heldoutCount: number;
  /** Of noise, each held-out clip with each. */
  readonly draws: number;
  readonly metric: MetricName;
  /** Worker threads. */
  readonly jobs: number;
}

export interface Judge {
  readonly settings: ModelPlan['settings'];
  /** Each schedule's distances by held-out clip, means over the draws. */
  hear(schedules: readonly (readonly number[])[]): Promise<readonly (readonly number[])[]>;
  close(): Promise<void>;
}

/** @throws {InputError} if the model or the recordings cannot be used */
export async function openJudge(request: JudgeRequest): Promise<Judge> {
  const { clips, heldout, heldoutCount, draws, metric, jobs, precision } = request;
  const plan = await planModel({ ...request, seed: 0 }, async (options) => {
    const scoring = await loadClips(clips, options);
    return { scoring, heldout: await loadClips(heldout, { ...options, count: heldoutCount, except: scoring.files }) };
  });
  const { settings } = plan;
  const { pool } = await openSearchPool(plan, jobs);
  const known = new Map<string, readonly number[]>();
  return {
    settings,
    async hear(schedules) {
      const wanted = new Map(schedules.map((betas) => [betas.join(' '), betas]));
      const fresh = [...wanted].filter(([key]) => !known.has(key));
      const heard = await hearAll({
        schedules: fresh.map(([, betas]) => betas),
        pool,
        precision,
        replicates: draws,
        samples: settings.clipSamples * settings.heldoutClips.length,
      });
      for (const [i, [key]] of fresh.entries()) known.set(key, heard![i]!.byClip[metric]);
      return schedules.map((betas) => known.get(betas.join(' '))!);
    },
    close: () => pool.close(),
  };
}
