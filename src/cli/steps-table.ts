import { underClamp } from '../schedule/analysis/clamp.ts';
import { inFloat32 } from '../schedule/analysis/float32.ts';
import { analyseSteps } from '../schedule/analysis/steps.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { fourDigits, percent, plainTable, small } from './plain-table.ts';
import type { View } from './schedule-view.ts';

/** A table of the steps of a schedule, from the last one taken to the noisiest, with what a view adds. */
export function stepsTable(schedule: NoiseSchedule, { clamp, precision }: View): string[] {
  const steps = analyseSteps(schedule);
  const float32 = precision === 'float32' ? inFloat32(schedule) : undefined;
  const clamped = clamp === 'state' ? underClamp(schedule, clamp) : undefined;
  const head = [
    'n',
    'β',
    'level',
    'σ',
    'SNR dB',
    'Δln σ',
    'added',
    'share',
    ...(float32 ? ['f32 σ', 'f32 Δσ'] : []),
    ...(clamped ? ['cut', 'gain', 'σ there'] : []),
  ];
  const rows = steps.map(({ n, beta, level, sigma, snrDb, gap, added, addedShare }, i) => [
    `${n}`,
    small(beta),
    level.toFixed(7),
    small(sigma),
    snrDb.toFixed(2),
    fourDigits(gap),
    small(added),
    percent(addedShare),
    ...(float32 ? [small(float32.sigmas[i]!), percent(Math.abs(float32.sigmas[i]! / sigma - 1))] : []),
    ...(clamped ? [percent(clamped[i]!.cut), clamped[i]!.gain.toFixed(4), small(clamped[i]!.sigmaThere)] : []),
  ]);
  return plainTable(head, rows, { colAligns: head.map(() => 'right') });
}
