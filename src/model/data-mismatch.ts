import type { DataConfig } from './config.ts';

/** What does not fit a model, each in one sentence with both values. */
interface DataMismatch {
  /** Bands, hop and mel range: the network takes no others, or their numbers mean other frequencies to it. */
  readonly refusals: string[];
  readonly warnings: string[];
}

/** What is said of each setting, with its unit. */
const SETTINGS: readonly (readonly [keyof DataConfig, string])[] = [
  ['sample_rate', ' Hz'],
  ['hop_length', ' samples'],
  ['n_mels', ' bands'],
  ['f_min', ' Hz'],
  ['f_max', ' Hz'],
  ['n_fft', ' samples'],
  ['win_length', ' samples'],
];
const REFUSED: readonly (keyof DataConfig)[] = ['n_mels', 'hop_length', 'f_min', 'f_max'];

/**
 * Compares what something was made with, such as a mel or a schedule, with the mels that a model was trained on.
 *
 * @param what begins each sentence, such as "the mel"
 * @param made settings under the names of `data_config`; those that are missing are not compared. mel_floor is where it is given
 * or no other is missing, since without it silence is 0.
 * @returns empty lists where all is equal
 */
export function dataMismatch(what: string, made: Partial<DataConfig>, model: DataConfig): DataMismatch {
  const found: DataMismatch = { refusals: [], warnings: [] };
  for (const [name, unit] of SETTINGS) {
    const value = made[name];
    if (value === undefined || value === model[name]) continue;
    const sentence = `${what} was made with ${name} ${value}${unit}; the model has ${model[name]}${unit}`;
    (REFUSED.includes(name) ? found.refusals : found.warnings).push(sentence);
  }
  const knowsFloor = made.mel_floor !== undefined || SETTINGS.every(([name]) => made[name] !== undefined);
  if (knowsFloor && made.mel_floor !== model.mel_floor) {
    found.warnings.push(`${what} was made with ${shownFloor(made)}; the model has ${shownFloor(model)}`);
  }
  return found;
}

function shownFloor({ mel_floor: floor }: Partial<DataConfig>): string {
  return floor === undefined
    ? 'no mel_floor (silence is 0)'
    : `mel_floor ${floor} (silence is ${round(Math.log10(floor))})`;
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
