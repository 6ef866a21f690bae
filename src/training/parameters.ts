import type { Tensor } from '../graph/operation.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';

/** One trained weight's place among all of them, which lie one after the other in one array. */
export interface ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
  /** In numbers, from the start of the array. */
  readonly offset: number;
  readonly length: number;
}

/** Where each trained weight of a network lies in the one array that holds them all. */
export interface ParameterLayout {
  readonly slots: readonly ParameterSlot[];
  /** Numbers in all. */
  readonly length: number;
}

/** Where the parameters of a config's network lie, in the order in which `buildWaveGrad` names them. */
export function networkLayout(config: WaveGradConfig): ParameterLayout {
  let offset = 0;
  const slots = buildWaveGrad(config)
    .parameters()
    .map(({ name, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const slot = { name, shape, offset, length };
      offset += length;
      return slot;
    });
  return { slots, length: offset };
}

/** How many numbers the parameters of a config's network are. */
export function parameterCount(config: WaveGradConfig): number {
  return networkLayout(config).length;
}

/** The numbers of one parameter in an array of all of them, without a copy. */
export function parameterView(all: Float32Array, { offset, length }: ParameterSlot): Float32Array {
  return all.subarray(offset, offset + length);
}

/** What a program takes or gives of all parameters, as views of one array, under their names or what `named` makes of those. */
export function parameterTensors(
  all: Float32Array,
  { slots }: ParameterLayout,
  named: (name: string) => string = (name) => name,
): Record<string, Tensor> {
  const entries = slots.map((slot) => [named(slot.name), { shape: slot.shape, data: parameterView(all, slot) }]);
  return Object.fromEntries(entries) as Record<string, Tensor>;
}

/** All parameters by name, as views of one array. */
export function namedParameters(all: Float32Array, { slots }: ParameterLayout): Map<string, Float32Array> {
  return new Map(slots.map((slot) => [slot.name, parameterView(all, slot)]));
}
