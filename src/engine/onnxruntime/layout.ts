import type { Node } from '../../graph/graph.ts';
import type { Tensor } from '../../graph/operation.ts';

export type StepNode = Extract<Node, { readonly kind: 'step' }>;

/** What the values of a graph are called in the file that is written. */
export interface Names {
  /** [batch, channels, 1, time] or of any other rank, as OnnxWriter says. */
  plain(id: number): string;
  /** In float32 as [batch, 1, time, channels], where some layout has it so at little cost. */
  channelsLast(id: number): string | undefined;
  /** The numbers of a value that depends on no input. */
  known(id: number): Tensor | undefined;
  /** The first parameter that a known value is made of. */
  origin(id: number): string;
}

/** Another form than the plain one, in which some values of a graph are kept from step to step. */
export interface Layout {
  /** Writes the value as others are; undefined for one that is not in this form. */
  plain(id: number): string | undefined;
  /** Writes the value in float32 as [batch, 1, time, channels]; undefined for one that is not in this form. */
  channelsLast(id: number): string | undefined;
  /** Writes a step where that is best done in this form. */
  lower(id: number, step: StepNode): Written | undefined;
}

/** A step's result, kept in that form, or as others are. */
export interface Written {
  readonly plain?: string;
}
