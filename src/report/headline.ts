import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { type Html, html } from './escape.ts';
import { counted, decimal, duration, grouped, plusMinus, shortBetas } from './numbers.ts';
import { bestBaseline, ranked, verdict } from './schedules.ts';
import { standardErrorsIn95 } from './student-t.ts';
import { unitOf } from './units.ts';

/** What the search came to, or how far it is. */
export function headline(study: StudyData): Html {
  return study.outcome === undefined ? unfinished(study) : finished(study, study.outcome);
}

function unfinished({ settings, trials }: StudyData): Html {
  const complete = ranked(trials);
  const best = complete[0];
  const failures = incomplete(trials) === '' ? '' : ` (${incomplete(trials)})`;
  const nfe = trials.reduce((sum, trial) => sum + trial.nfe, 0);
  const state = `Search still unfinished: ${counted(trials.length, 'trial')}${failures}, ${grouped(nfe)} of ${grouped(settings.budget)} NFE; `;
  if (best === undefined) return html`<p class="notice">${state}none has a score yet.</p>`;
  return html`<p class="notice">${state}best so far ${decimal(best.score)} (trial ${best.id}, ${best.origin}).</p>
<p>This is the smallest of ${counted(complete.length, 'noisy score')} and flatters its schedule; the verification on
held-out clips, which comes last, does not.</p>
${betasBlock('Betas of the best so far', best.betas)}`;
}

function finished(study: StudyData, outcome: Outcome): Html {
  const { settings, trials } = study;
  const { heldout, nfe, seconds } = outcome;
  const stale =
    trials.length === (outcome.trials ?? trials.length)
      ? ''
      : html`<p class="notice">This search has gone on since the result below, of ${grouped(nfe.search)} NFE, was verified:
there are ${counted(trials.length, 'trial')} listed here.</p>`;
  const clips = settings.heldoutClips.length;
  const complete = ranked(trials).length;
  return html`${stale}
<p class="verdict">${comparisonSentence(outcome)}</p>
<dl class="facts">
<div><dt>Held-out score</dt><dd class="figure">${decimal(heldout.mean)}${unitOf(settings.metric)}</dd>
<dd>${intervalText(outcome, clips)}</dd></div>
<div><dt>Score on the scoring clips</dt><dd class="figure">${decimal(outcome.score)}${unitOf(settings.metric)}</dd>
<dd>trial ${outcome.trial}${complete > 1 ? '; chosen for it among others, so it flatters' : ''}</dd></div>
<div><dt>Cost</dt><dd class="figure">${grouped(nfe.search + nfe.verification)} NFE</dd>
<dd>${grouped(nfe.search)} for the trials and ${grouped(nfe.verification)} to verify, in ${duration(seconds)}</dd></div>
<div><dt>Trials</dt><dd class="figure">${grouped(trials.length)}</dd>
<dd>${incomplete(trials) || 'all heard on all clips'}</dd></div>
</dl>
${betasBlock(`Betas of ${outcome.name}`, outcome.betas)}`;
}

/** How many trials have no score of their own, and why; nothing where all have. */
function incomplete(trials: StudyData['trials']): string {
  const count = (wanted: string) => trials.filter(({ state }) => state === wanted).length;
  const [pruned, failed] = [count('pruned'), count('failed')];
  return [pruned > 0 ? `${grouped(pruned)} dropped early` : '', failed > 0 ? `${grouped(failed)} failed` : '']
    .filter((part) => part !== '')
    .join(', ');
}

function intervalText({ heldout: { mean, standardError } }: Outcome, clips: number): string {
  if (!Number.isFinite(mean)) return 'not a finite number on the held-out clips';
  const half = standardErrorsIn95(clips) * standardError;
  if (!Number.isFinite(half)) return `on ${counted(clips, 'held-out clip')}, too few for a confidence interval`;
  return `lower is better; 95 % confidence interval ${decimal(mean - half)} to ${decimal(mean + half)} (Student’s t over ${counted(clips, 'clip')})`;
}

/** How the winner compares with the best baseline. */
export function comparisonSentence(outcome: Outcome): string {
  const baseline = bestBaseline(outcome);
  const score = decimal(outcome.heldout.mean);
  if (baseline === undefined)
    return `${outcome.name} scores ${score} on held-out clips; there is no baseline to compare it with.`;
  const word = verdict(baseline, outcome.betas);
  if (word === 'the winner itself')
    return `No trial did better than ${baseline.name}, the best baseline, which scores ${score} on held-out clips.`;
  const both = `${outcome.name} scores ${score} on held-out clips and the best baseline, ${baseline.name}, ${decimal(baseline.heldout.mean)}: `;
  const difference = { ...baseline.difference, mean: Math.abs(baseline.difference.mean) };
  const paired = `a paired difference of ${plusMinus(difference)} (standard error)`;
  if (word === 'worse') return `${both}${paired} in the winner’s favour, beyond two standard errors.`;
  if (word === 'better') return `${both}${paired} in the baseline’s favour, beyond two standard errors.`;
  if (!Number.isFinite(difference.standardError))
    return `${both}with one clip nothing says how sure the difference is.`;
  return `${both}${paired}, within two standard errors, so these clips do not tell the two apart.`;
}

const MOST_OPEN = 25;

function betasBlock(title: string, betas: readonly number[]): Html {
  const json = JSON.stringify(betas).replaceAll(',', ', ');
  const code = html`<pre><code id="betas">${json}</code></pre>`;
  const shown =
    betas.length <= MOST_OPEN ? code : html`<details><summary>${shortBetas(betas)}</summary>${code}</details>`;
  return html`<div class="betas"><h2>${title}</h2><button type="button" id="copy">Copy as JSON</button></div>
${shown}`;
}
