import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { ranked, unlike } from '../search/standing.ts';
import { betasBlock } from './betas-block.ts';
import { drawsBehind, drawsSuffix } from './draws.ts';
import { type Html, html } from './escape.ts';
import { counted, decimal, duration, grouped } from './numbers.ts';
import { standardErrorsIn95 } from './student-t.ts';
import { unitOf } from './units.ts';
import { verdictSentences } from './verdict-sentences.ts';

/** What the search came to, or how far it is. */
export function headline(study: StudyData): Html {
  return study.outcome === undefined ? unfinished(study) : finished(study, study.outcome);
}

function unfinished(study: StudyData): Html {
  const { settings, trials } = study;
  const complete = ranked(trials);
  const best = complete[0];
  const failures = incomplete(trials) === '' ? '' : ` (${incomplete(trials)})`;
  const nfe = trials.reduce((sum, trial) => sum + trial.nfe, 0);
  const state = `Search still unfinished: ${counted(trials.length, 'trial')}${failures}, ${grouped(nfe)} of ${grouped(settings.budget)} NFE; `;
  if (best === undefined) return html`<p class="notice">${state}none has a score yet.</p>`;
  return html`<p class="notice">${state}best so far ${decimal(best.score)} (trial ${best.id}, ${best.origin}${drawsSuffix(study, best.draws)}).</p>
<p>This is the best of ${counted(complete.length, 'noisy score')} and flatters its schedule; the verification on
held-out clips, which comes last, does not.</p>
${betasBlock('Betas of the best so far', settings, { name: `trial-${best.id}`, betas: best.betas })}`;
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
  const [first] = verdictSentences(outcome);
  return html`${stale}
<p class="verdict">${first!}</p>
<dl class="facts">
<div><dt>Held-out score</dt><dd class="figure">${decimal(heldout.mean)}${unitOf(settings.metric)}</dd>
<dd>${intervalText(outcome, clips)}</dd></div>
<div><dt>Score on the scoring clips</dt><dd class="figure">${decimal(outcome.score)}${unitOf(settings.metric)}</dd>
<dd>trial ${outcome.trial}${drawsSuffix(study, drawsBehind(study, outcome.betas))}${complete > 1 ? '; chosen for it among others, so it flatters' : ''}</dd></div>
<div><dt>Cost</dt><dd class="figure">${grouped(nfe.search + nfe.verification)} NFE</dd>
<dd>${grouped(nfe.search)} for the search and ${grouped(nfe.verification)} to verify, in ${duration(seconds)}</dd></div>
<div><dt>Trials</dt><dd class="figure">${grouped(trials.length)}</dd>
<dd>${incomplete(trials) || 'all heard on all clips'}</dd></div>
</dl>
${betasBlock(`Betas of ${outcome.name}`, settings, outcome)}`;
}

/** Of failed trials, that are told apart. */
const MOST_REASONS = 2;

/** How many trials have no score of their own, or are of a schedule that has one, and why; nothing where each has one. */
function incomplete(trials: StudyData['trials']): string {
  const count = (wanted: string) => trials.filter(({ state }) => state === wanted).length;
  const reasons = [...new Set(trials.flatMap(({ reason }) => reason ?? []))].slice(0, MOST_REASONS);
  const counts = [
    [count('pruned'), 'dropped early'],
    [count('failed'), reasons.length === 0 ? 'failed' : `failed (${reasons.join('; ')})`],
    [trials.length - unlike(trials).length, 'heard again with more draws of noise'],
  ] as const;
  return counts.flatMap(([trials, what]) => (trials > 0 ? [`${grouped(trials)} ${what}`] : [])).join(', ');
}

function intervalText({ heldout: { mean, standardError } }: Outcome, clips: number): string {
  if (!Number.isFinite(mean)) return 'not a finite number on the held-out clips';
  const half = standardErrorsIn95(clips) * standardError;
  if (!Number.isFinite(half)) return `on ${counted(clips, 'held-out clip')}, too few for a confidence interval`;
  return `95 % confidence interval ${decimal(mean - half)} to ${decimal(mean + half)} (Student’s t, ${counted(clips, 'clip')}); lower is better`;
}
