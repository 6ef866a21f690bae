import { foundSchedule } from '../search/outcome.ts';
import type { StudySettings } from '../search/settings.ts';
import { type Html, html } from './escape.ts';
import { shortBetas } from './numbers.ts';

const MOST_OPEN = 25;

/** The betas of what a study found, with buttons that copy them as a schedule file, as a list and as a command. */
export function betasBlock(title: string, settings: StudySettings, found: Parameters<typeof foundSchedule>[1]): Html {
  const { name, betas } = found;
  const list = listOf(betas);
  const code = html`<pre><code id="betas">${list}</code></pre>`;
  const shown =
    betas.length <= MOST_OPEN ? code : html`<details><summary>${shortBetas(betas)}</summary>${code}</details>`;
  const forms = [
    ['JSON', JSON.stringify(foundSchedule(settings, found).toJSON())],
    ['Python list', list],
    ['CLI', `schedule-export '${list}' -o ${name}.pt`],
  ] as const;
  return html`<div class="betas"><h2>${title}</h2>${forms.map(([form, text]) => copyButton(`Copy ${form}`, text))}</div>
${shown}`;
}

/** A button that copies a text. */
export function copyButton(label: string, text: string): Html {
  return html`<button type="button" data-copy="${text}">${label}</button>`;
}

function listOf(betas: readonly number[]): string {
  return JSON.stringify(betas).replaceAll(',', ', ');
}
