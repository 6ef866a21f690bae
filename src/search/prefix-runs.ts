import type { Precision } from '../diffusion/process.ts';
import type { EvaluationTask } from './evaluator.ts';
import { prefixKeys, searchConstants } from './prefixes.ts';

/** Runs for each worker, so that none waits long for the last one. */
const RUNS_PER_WORKER = 2;

/**
 * Puts evaluations under one prefix into one run, for one worker, since what the network said is kept by the worker that asked it: gives
 * the numbers of the evaluations of each run. Where that makes fewer than two runs a worker, the dearest are divided where least is shared.
 */
export function prefixRuns(
  tasks: readonly Pick<EvaluationTask, 'betas' | 'set' | 'purpose' | 'replicate' | 'clips' | 'coarse'>[],
  precision: Precision,
  workers: number,
): number[][] {
  const all = tasks.map(({ betas, set, purpose, replicate, clips, coarse }, index): Member => {
    const scope = `${coarse ? 'coarse/' : ''}${set}/${purpose}/${replicate}/${clips === undefined ? '' : clips.join('-')}/`;
    const keys = prefixKeys(searchConstants(betas, precision)).map((key) => scope + key);
    return { index, steps: betas.length, keys };
  });
  // A key begins with those of its prefixes.
  const sorted = all.toSorted((a, b) => order(a.keys.at(-1) ?? '', b.keys.at(-1) ?? '') || a.index - b.index);
  const runs: Member[][] = [];
  for (const member of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && sharedSteps(last.at(-1)!, member) > 0) last.push(member);
    else runs.push([member]);
  }
  while (runs.length < RUNS_PER_WORKER * workers) {
    const dearest = runs.reduce(
      (a, b) => (b.length > 1 && (a.length === 1 || costOf(b) > costOf(a)) ? b : a),
      runs[0]!,
    );
    if (dearest === undefined || dearest.length === 1) break;
    const at = boundary(dearest);
    runs.splice(runs.indexOf(dearest), 1, dearest.slice(0, at), dearest.slice(at));
  }
  return runs.map((run) => run.map(({ index }) => index));
}

interface Member {
  readonly index: number;
  readonly steps: number;
  readonly keys: readonly string[];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Evaluations that two schedules have in common. */
function sharedSteps(a: Member, b: Member): number {
  const differs = a.keys.findIndex((key, k) => key !== b.keys[k]);
  return differs === -1 ? Math.min(a.keys.length, b.keys.length) : differs;
}

/** Evaluations that a run needs, each but the first beside those of the one before. */
function costOf(run: readonly Member[]): number {
  return run.reduce((sum, member, i) => sum + member.steps - (i === 0 ? 0 : sharedSteps(run[i - 1]!, member)), 0);
}

/** Where a run of at least two is divided: where least is shared, and of such places the one nearest to its middle. */
function boundary(run: readonly Member[]): number {
  const places = run.slice(1).map((member, i) => ({ at: i + 1, shared: sharedSteps(run[i]!, member) }));
  const fromMiddle = ({ at }: { at: number }) => Math.abs(at - run.length / 2);
  return places.toSorted((a, b) => a.shared - b.shared || fromMiddle(a) - fromMiddle(b))[0]!.at;
}
