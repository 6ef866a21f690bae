/** Best score so far over NFE, as an SVG picture that stands on light and on dark paper. */
import { escapeHtml } from '../src/report/escape.ts';
import { grouped } from '../src/report/numbers.ts';

/** NFE and score, rising in NFE. */
export type Curve = readonly (readonly [nfe: number, score: number])[];

export interface Line {
  readonly name: string;
  readonly curve: Curve;
  /** NFE to which the line goes on. */
  readonly end: number;
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Whether the points are all the places where a score changes, and not samples of it. */
  readonly inSteps: boolean;
  /** Numbers of NFE to point out. */
  readonly marks: readonly { readonly nfe: number; readonly text: string }[];
}

interface Look {
  readonly colour: string;
  readonly dash?: string;
  readonly width?: number;
}

// Okabe and Ito's palette, which the colour-blind can tell apart; what explores only is grey.
const LOOKS: Readonly<Record<string, Look>> = {
  auto: { colour: '#d55e00', width: 3.2 },
  elbo: { colour: '#0072b2' },
  coordinate: { colour: '#009e73' },
  gradient: { colour: '#cc79a7' },
  'cma-es': { colour: '#56b4e9' },
  random: { colour: '#e69f00' },
  'quasi-random': { colour: '#e69f00', dash: '6 4' },
  presets: { colour: '#6b6b6b', dash: '2 4' },
};
const OTHER: Look = { colour: '#8a8a8a', dash: '7 4' };
const WHOLE: Look = { colour: '#000000', width: 2.4 };

const INK = '#222222';
const FAINT = '#e4e4e4';
const SIZE = { width: 1000, height: 470, left: 62, top: 46, right: 178, bottom: 52, gap: 8 };
const LINE_HEIGHT = 15;

/** Panels side by side, each with ranges of its own; `scores` says what the scores are. */
export function plotOf(panels: readonly Panel[], scores: string): string {
  const { width, height, gap } = SIZE;
  const each = (width - gap * (panels.length - 1)) / panels.length;
  const drawn = panels.map(
    (panel, i) => `<g transform="translate(${i * (each + gap)} 0)">${drawPanel(panel, each, i, scores)}</g>`,
  );
  const label = panels.map(({ title }) => title).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif" font-size="13" fill="${INK}">
<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>
${drawn.join('\n')}
</svg>
`;
}

/** The mean of several searches' curves, from where all of them have begun; each holds until its next point. */
export function meanCurve(curves: readonly Curve[]): Curve {
  const from = Math.max(...curves.map((curve) => curve[0]?.[0] ?? Number.POSITIVE_INFINITY));
  const corners = [...new Set(curves.flat().map(([nfe]) => nfe))]
    .filter((nfe) => nfe >= from)
    .toSorted((a, b) => a - b);
  return corners.map((nfe) => {
    const scores = curves.map((curve) => curve.findLast(([at]) => at <= nfe)![1]);
    return [nfe, scores.reduce((sum, score) => sum + score, 0) / scores.length];
  });
}

function drawPanel({ title, lines, inSteps, marks }: Panel, width: number, index: number, scores: string): string {
  const { height, left, top, right, bottom } = SIZE;
  const [innerWidth, innerHeight] = [width - left - right, height - top - bottom];
  const [from, to] = nfeRange(lines);
  const [low, high] = scoreRange(lines);
  const x = (nfe: number) => left + (innerWidth * Math.log(nfe / from)) / Math.log(to / from);
  const y = (score: number) => top + (innerHeight * (high - score)) / (high - low);
  const xTicks = ticksOfDecades(from, to).map(
    (nfe) =>
      `<path d="M${fixed(x(nfe))} ${top}v${innerHeight}" stroke="${FAINT}"/><text x="${fixed(x(nfe))}" y="${top + innerHeight + 18}" text-anchor="middle">${grouped(nfe)}</text>`,
  );
  const yTicks = ticksBetween(low, high).map(
    (score) =>
      `<path d="M${left} ${fixed(y(score))}h${innerWidth}" stroke="${FAINT}"/><text x="${left - 7}" y="${fixed(y(score) + 4.5)}" text-anchor="end">${score.toFixed(2)}</text>`,
  );
  const markers = marks.map(
    ({ nfe, text }) =>
      `<path d="M${fixed(x(nfe))} ${top}v${innerHeight}" stroke="#777777" stroke-dasharray="2 3"/><text x="${fixed(x(nfe) - 4)}" y="${top + 13}" text-anchor="end" fill="#555555">${escapeHtml(text)}</text>`,
  );
  // What matters most is drawn last.
  const paths = lines.toSorted((a, b) => widthOf(a) - widthOf(b)).map((line) => drawLine(line, inSteps, x, y));
  const labels = drawLabels(lines, x, (score) => Math.max(y(score), top));
  return `<clipPath id="panel-${index}"><rect x="${left}" y="${top}" width="${innerWidth}" height="${innerHeight}"/></clipPath>
<text x="${left}" y="26" font-size="15" font-weight="600">${escapeHtml(title)}</text>
${xTicks.join('')}
${yTicks.join('')}
${markers.join('')}
<path d="M${left} ${top}v${innerHeight}h${innerWidth}" fill="none" stroke="#999999"/>
<g clip-path="url(#panel-${index})" fill="none" stroke-linejoin="round">
${paths.join('\n')}
</g>
${labels}
<text x="${left + innerWidth / 2}" y="${height - 12}" text-anchor="middle">NFE of the scoring clips, logarithmic</text>
<text transform="translate(15 ${top + innerHeight / 2}) rotate(-90)" text-anchor="middle">${index === 0 ? escapeHtml(scores) : ''}</text>`;
}

function drawLine(line: Line, inSteps: boolean, x: (nfe: number) => number, y: (score: number) => number): string {
  const { colour, dash } = lookOf(line.name);
  const [first, ...rest] = line.curve.map(([nfe, score]) => [fixed(x(nfe)), fixed(y(score))]);
  const onward = rest.map(([atX, atY]) => (inSteps ? `H${atX}V${atY}` : `L${atX} ${atY}`));
  const path = `M${first!.join(' ')}${onward.join('')}H${fixed(x(line.end))}`;
  return `<path d="${path}" stroke="${colour}" stroke-width="${widthOf(line)}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
}

/** A line's name and last score at its end; those of lines that end together one below another. */
function drawLabels(lines: readonly Line[], x: (nfe: number) => number, y: (score: number) => number): string {
  const ends = [...new Set(lines.map(({ end }) => end))];
  return ends
    .flatMap((end) => {
      const own = lines
        .filter((line) => line.end === end)
        .toSorted((a, b) => y(lastOf(a)) - y(lastOf(b)) || lastOf(b) - lastOf(a));
      const places = spread(own.map((line) => y(lastOf(line))));
      return own.map((line, i) => {
        const [endX, endY, labelY] = [x(end), y(lastOf(line)), places[i]!];
        const { colour } = lookOf(line.name);
        const weight = widthOf(line) > 2 ? ' font-weight="600"' : '';
        return `<path d="M${fixed(endX + 1)} ${fixed(endY)}L${fixed(endX + 14)} ${fixed(labelY)}h5" fill="none" stroke="${colour}" stroke-width="1.4"/><text x="${fixed(endX + 22)}" y="${fixed(labelY + 4.5)}" font-size="12.5"${weight} stroke="#ffffff" stroke-width="3" paint-order="stroke">${escapeHtml(shortOf(line))} ${lastOf(line).toFixed(3)}${endY > SIZE.top ? '' : ' ↑'}</text>`;
      });
    })
    .join('\n');
}

/** The same heights, in their order from above, moved so far that no two are nearer than a line of text. */
function spread(heights: readonly number[]): number[] {
  const highest = SIZE.top + 4;
  const lowest = SIZE.height - SIZE.bottom - 4;
  const places: number[] = [];
  for (const height of heights) places.push(Math.max(height, (places.at(-1) ?? highest - LINE_HEIGHT) + LINE_HEIGHT));
  for (let i = places.length - 1, limit = lowest; i >= 0; i--, limit = places[i + 1]! - LINE_HEIGHT) {
    places[i] = Math.min(places[i]!, limit);
  }
  return places;
}

/** From where the most have a score to the end of the longest. */
function nfeRange(lines: readonly Line[]): [number, number] {
  const starts = lines.map(({ curve }) => curve[0]![0]);
  return [Math.min(...starts), Math.max(...lines.map(({ end }) => end))];
}

/** Room for the better half of the lines to be told apart: the others may end above it. */
function scoreRange(lines: readonly Line[]): [number, number] {
  const last = lines.map(lastOf).toSorted((a, b) => a - b);
  const lowest = Math.min(...lines.flatMap(({ curve }) => curve.map(([, score]) => score)));
  const middle = last[Math.floor(last.length / 2)]!;
  const high = lowest + Math.max(0.1, 4 * (middle - lowest));
  return [lowest - 0.06 * (high - lowest), high];
}

/** 1 and 3 times the powers of ten. */
function ticksOfDecades(from: number, to: number): number[] {
  const decades = Array.from({ length: 8 }, (_, power) => [10 ** power, 3 * 10 ** power]).flat();
  const within = decades.filter((nfe) => nfe >= from && nfe <= to * 1.001);
  // Half of them where they would touch.
  return within.length > 6 ? within.filter((nfe) => Number.isInteger(Math.log10(nfe))) : within;
}

/** Round numbers, five or so. */
function ticksBetween(low: number, high: number): number[] {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].find((one) => (high - low) / one <= 8) ?? 2;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

function lookOf(name: string): Look {
  return name.startsWith('whole ') ? WHOLE : (LOOKS[name] ?? OTHER);
}

/** What it is the whole of, the panel's title says. */
function shortOf({ name }: Line): string {
  return name.startsWith('whole ') ? 'the whole walk' : name;
}

function widthOf({ name }: Line): number {
  return lookOf(name).width ?? 1.8;
}

function lastOf({ curve }: Line): number {
  return curve.at(-1)![1];
}

function fixed(pixels: number): string {
  return String(Number(pixels.toFixed(1)));
}
