import type { Outcome } from '../search/outcome.ts';
import { decimal, listed, plusMinus } from './numbers.ts';
import { bestBaseline, runnerUpAmongBaselines, type Verdict, verdict } from './schedules.ts';

/** What the verification says of the winner: beside the best baseline, beside the runner-up, and which baselines it is better than. */
export function verdictSentences(outcome: Outcome): string[] {
  return [bestBaselineSentence(outcome), ...runnerUpSentences(outcome), ...everyBaselineSentences(outcome)];
}

function bestBaselineSentence(outcome: Outcome): string {
  const { name, heldout } = outcome;
  const baseline = bestBaseline(outcome);
  const score = Number.isFinite(heldout.mean) ? `scores ${decimal(heldout.mean)}` : 'gives no finite score';
  if (baseline === undefined) return `${name} ${score} on held-out clips; there is no baseline to compare it with.`;
  const word = verdict(baseline, outcome);
  if (word === 'the winner itself')
    return `No trial was ranked above ${baseline.name}, the best baseline, which ${score} on held-out clips.`;
  const both = `${name} ${score} on held-out clips and the best baseline, ${baseline.name}, ${decimal(baseline.heldout.mean)}`;
  if (!Number.isFinite(heldout.mean)) return `${both}.`;
  const { mean, standardError } = baseline.difference;
  const favour = `in the ${mean < 0 ? 'baseline' : 'winner'}’s favour`;
  if (word === 'unsure: one clip')
    return `${both}: ${decimal(Math.abs(mean))} ${favour}; with one clip nothing says how sure the difference is.`;
  const paired = `a paired difference of ${plusMinus({ mean: Math.abs(mean), standardError })} (standard error)`;
  return word === 'not distinguishable'
    ? `${both}: ${paired}, within two standard errors, so these clips do not tell the two apart.`
    : `${both}: ${paired} ${favour}, beyond two standard errors.`;
}

function runnerUpSentences(outcome: Outcome): string[] {
  const { runnerUp } = outcome;
  if (runnerUp === undefined || !Number.isFinite(outcome.heldout.mean)) return [];
  const baseline = runnerUpAmongBaselines(outcome);
  const name = baseline?.name ?? `trial ${runnerUp.trial}`;
  const { mean, standardError } = runnerUp.difference;
  const by = plusMinus({ mean: Math.abs(mean), standardError });
  const says: Record<Verdict, string> = {
    worse: `The winner is better than the runner-up, ${name}, by ${by}, beyond two standard errors.`,
    better: `The runner-up, ${name}, which the ranking put second, is better by ${by}, beyond two standard errors.`,
    'not distinguishable': `The winner is not told apart from the runner-up, ${name}, which is ${by} ${mean < 0 ? 'better' : 'worse'}, within two standard errors.`,
    'unsure: one clip': `The runner-up, ${name}, is ${by} ${mean < 0 ? 'better' : 'worse'}, as far as one clip says.`,
    failed: `The runner-up, ${name}, gives no finite score.`,
    'the winner itself': '',
  };
  return [says[verdict(runnerUp, outcome)]];
}

/** How the winner stands beside each baseline; nothing where there is one, of which all is said already. */
function everyBaselineSentences(outcome: Outcome): string[] {
  const judged = outcome.comparisons.filter((baseline) => verdict(baseline, outcome) !== 'the winner itself');
  if (judged.length < 2 || !Number.isFinite(outcome.heldout.mean)) return [];
  const others = judged.length < outcome.comparisons.length ? ' other' : '';
  const at = (word: Verdict) => judged.filter((baseline) => verdict(baseline, outcome) === word);
  const named = (some: typeof judged) => {
    const names = listed(some.map(({ name }) => name));
    return some.length === judged.length ? `all ${some.length}${others} baselines, ${names},` : names;
  };
  const [ahead, behind] = [false, true].map((isBehind) =>
    at('unsure: one clip').filter(({ difference }) => difference.mean < 0 === isBehind),
  ) as [typeof judged, typeof judged];
  const groups = [
    [at('worse'), 'better than', 'beyond two standard errors'],
    [at('not distinguishable'), 'not told apart from', ''],
    [at('better'), 'worse than', 'beyond two standard errors'],
    [ahead, 'better than', 'as far as one clip says'],
    [behind, 'worse than', 'as far as one clip says'],
  ] as const;
  const said = groups.flatMap(([some, how, sure]) =>
    some.length > 0 ? [`${how} ${named(some)} ${sure}`.trimEnd()] : [],
  );
  const failed = at('failed').map(({ name }) => name);
  return [
    ...(said.length > 0 ? [`The winner is ${said.join('; ')}.`] : []),
    ...(failed.length > 0 ? [`Without a finite score: ${listed(failed)}.`] : []),
  ];
}
