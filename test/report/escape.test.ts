import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeForScript, escapeHtml, html, jsonForScript } from '../../src/report/escape.ts';
import { renderReport } from '../../src/report/report.ts';
import { exampleStudy } from './example-study.ts';
import { markupOf, plotsOf, textOf } from './page-text.ts';

/** A text that breaks out of an element, an attribute, a script or a comment wherever it is not escaped. */
const HOSTILE = `x"'><!--</script><img src=http://evil.example/ onerror=alert(1)>&amp;`;

describe('escape', () => {
  it('leaves no character in a text that begins or ends markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a') }), (text) => {
        expect(escapeHtml(text)).toMatch(/^(?:a|&#\d+;)*$/);
      }),
    );
  });

  it('escapes what is put into a template, but not the templates in it', () => {
    expect(html`<p title="${'"'}">${[html`<b>${'<'}</b>`]}${1}</p>`.markup).toBe('<p title="&#34;"><b>&#60;</b>1</p>');
  });

  it('keeps JSON what it was, without a character that could end its element', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('</script>', '<!--', '<script'), (value, attack) => {
        const { markup } = jsonForScript([value, attack]);
        expect(markup).not.toContain('<');
        expect(markup).toBe(JSON.stringify(JSON.parse(markup)).replaceAll('<', '\\u003c'));
        expect(JSON.parse(markup)).toEqual(JSON.parse(JSON.stringify([value, attack])));
      }),
    );
  });

  it('keeps what the strings of a script mean, without ending its element', () => {
    const { markup } = codeForScript('"</script><!--</SCRIPT>".length < 3');
    expect(markup).not.toMatch(/<\/script|<!--/i);
    expect(JSON.parse(markup.slice(0, markup.lastIndexOf('"') + 1).replaceAll('\\x3c', '\\u003c'))).toBe(
      '</script><!--</SCRIPT>',
    );
  });

  it('shows hostile names as they are and lets none of them act', () => {
    const study = exampleStudy();
    const hostile = { name: HOSTILE, hash: HOSTILE };
    const settings = {
      ...study.settings,
      checkpoint: hostile,
      config: hostile,
      scoringClips: [hostile],
      engine: HOSTILE,
    };
    const [baseline] = study.outcome.comparisons;
    const outcome = { ...study.outcome, name: HOSTILE, comparisons: [{ ...baseline!, name: HOSTILE }] };
    const trials = study.trials.map((trial) => ({ ...trial, origin: HOSTILE }));
    const page = renderReport({ folder: `/tmp/${HOSTILE}`, settings, trials, outcome });
    expect(markupOf(page)).not.toMatch(/<img|<!--/);
    expect(page.match(/<script/gi)).toHaveLength(renderReport(study).match(/<script/gi)!.length);
    expect(textOf(page)).toContain(HOSTILE);
    const labels = plotsOf(page).flatMap(({ data }) => data.flatMap(({ name, text }) => [name ?? '', ...(text ?? [])]));
    expect(labels.join('')).toContain('&#60;');
    expect(labels.join('').replaceAll('<br>', '')).not.toContain('<');
  });
});
