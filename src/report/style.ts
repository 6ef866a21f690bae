/** The page's style sheet: one column, light or dark as the reader has it, and plain on paper. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2933; --soft: #5f6b76; --rule: #dfe3e8; --tint: #f5f6f8; --accent: #c2410c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15191e; --ink: #e3e7eb; --soft: #9aa5b1; --rule: #333a43; --tint: #1e242b; --accent: #ff9d5c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.75rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 0.5rem; }
p, figcaption, li { max-width: 44rem; }
.subtitle, figcaption, dt, .facts dd { color: var(--soft); }
.subtitle { margin: 0.25rem 0 1rem; overflow-wrap: anywhere; }
.verdict { font-size: 1.1rem; max-width: none; margin: 0.75rem 0; }
.betas h2, #section-comparison h2 { margin-top: 1rem; }
.notice { border-left: 3px solid var(--accent); padding: 0.4rem 0.8rem; background: var(--tint); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1rem 1.5rem; margin: 1rem 0; }
.facts dt, .facts dd { margin: 0; font-size: 0.85rem; }
.facts dd.figure { font-size: 1.5rem; color: var(--ink); font-variant-numeric: tabular-nums; }
.betas { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 0.5rem; }
.betas h2 { margin-right: 0.5rem; }
#copied { position: fixed; bottom: 1rem; left: 50%; transform: translateX(-50%); margin: 0; padding: 0.3rem 0.9rem; border-radius: 4px; background: var(--ink); color: var(--paper); font-size: 0.85rem; }
#copied:empty { display: none; }
#brush { display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem 0.6rem; font-size: 0.85rem; margin: 0.25rem 0; }
#brush input { width: 6rem; }
input, select { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--rule); border-radius: 4px; padding: 0.15rem 0.4rem; }
#selected { font-size: 0.9rem; margin: 0.25rem 0; min-height: 1.4em; }
button { font: inherit; font-size: 0.85rem; padding: 0.2rem 0.7rem; color: var(--ink); background: var(--tint); border: 1px solid var(--rule); border-radius: 4px; cursor: pointer; }
pre { margin: 0.25rem 0; padding: 0.75rem 1rem; background: var(--tint); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; }
code { font-family: ui-monospace, monospace; }
.scroll { overflow-x: auto; margin: 0.25rem 0 1rem; }
table { border-collapse: collapse; font-size: 0.875rem; width: 100%; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; font-weight: normal; white-space: nowrap; }
thead th { color: var(--soft); vertical-align: bottom; border-bottom-color: var(--soft); }
.text { text-align: left; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.number + .text { padding-left: 0.75rem; }
thead button { padding: 0; border: 0; background: none; color: inherit; text-align: inherit; text-decoration: underline dotted; text-underline-offset: 3px; }
[aria-sort=ascending] button::after { content: ' ↑'; }
[aria-sort=descending] button::after { content: ' ↓'; }
tbody th { position: sticky; left: 0; background: var(--paper); }
td.text, th.text { max-width: 26rem; overflow-wrap: anywhere; }
.betas-cell { display: inline-block; min-width: 22rem; white-space: normal; font-variant-numeric: tabular-nums; }
figure { margin: 0; }
figcaption { font-size: 0.9rem; }
.rows div { display: grid; grid-template-columns: 13rem 1fr; gap: 0 1rem; padding: 0.3rem 0; border-bottom: 1px solid var(--rule); font-size: 0.9rem; }
.rows dd { margin: 0; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: 0.75rem; }
.card h4 { margin: 0; font-size: 0.9rem; }
.card p { margin: 0; font-size: 0.85rem; color: var(--soft); overflow-wrap: anywhere; }
.card audio { width: 100%; height: 2.25rem; display: block; }
.card img { width: 100%; height: 7rem; display: block; margin-top: 0.35rem; image-rendering: pixelated; }
@media (max-width: 34rem) { main { padding: 1.25rem 1rem 3rem; } .rows div { grid-template-columns: 1fr; } }
@media print { button, .modebar { display: none !important; } section, figure { break-inside: avoid; } }
`;
