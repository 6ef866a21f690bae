import type { Data, Layout } from 'plotly.js-dist-min';
import type { Html } from '../escape.ts';

/** A figure of the page; its texts are Plotly's, who reads markup in them: whatever comes from a file is escaped. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  /** One sentence or two: what is drawn and how to read it. */
  readonly reading: string;
  /** What the figure shows, for those who cannot see it. */
  readonly alternative: string;
  /** What the reader can set. Default: nothing. */
  readonly controls?: Html;
  /** In CSS pixels. */
  readonly height: number;
  /** The least width in CSS pixels; on a narrower page the figure scrolls. */
  readonly minWidth?: number;
  readonly data: readonly Data[];
  readonly layout: Partial<Layout>;
}

/** Readable on light and on dark paper. */
export const COLOURS = { winner: '#e8590c', trial: '#6b8fb5', mark: '#868e96' } as const;

/** One for each baseline, in turn. */
export const BASELINE_COLOURS = ['#1c7ed6', '#2b8a3e', '#9c36b5', '#b08900', '#0c8599', '#c2255c', '#5f6b76'] as const;

/** Of the winner's kind, for scores of ever fewer draws of noise; the last is for all the rest. */
export const FEWER_DRAWS_COLOURS = ['#e8590c', '#f2a65a', '#c9a27e'] as const;
