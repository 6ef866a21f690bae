import { z } from 'zod';
import { InputError } from '../../formats/input-error.ts';
import { checkData } from '../../formats/json.ts';
import type { AboutSchedule } from '../noise-schedule.ts';
import { CLAMPS, MOST_STEPS } from '../noise-schedule.ts';
import type { ScheduleForm } from './schedule-form.ts';
import { type Provenance, QUANTITIES, type Quantity, type ScheduleParts, textOf } from './schedule-parts.ts';

const ABOUT = {
  $schema: z.string().optional().describe('This schema, for editors.'),
  name: z.string().optional().describe('Default: the name of the file without its ending.'),
  source: z.string().optional().describe('Where it comes from: a paper, an address, a study. Default: empty.'),
  clamp: z
    .enum(CLAMPS)
    .optional()
    .describe(
      'What the sampler that it is meant for clamps to [-1, 1] in every reverse step: the predicted clean signal (x0), ' +
        'the state, or nothing. Default: x0.',
    ),
  provenance: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('How it was found or made: listings show it, and the numbers do not depend on it.'),
};

// The ranges are annotations: NoiseSchedule checks them, and its sentences name the step.
const UNIT_INTERVAL = { exclusiveMinimum: 0, exclusiveMaximum: 1 };

const OTHER_FORMS = ' (a .pt, .npy, .npz or .csv file is told by its ending)';

function values(range: Record<string, number>, description: string) {
  return z.array(z.number().meta(range)).meta({ minItems: 1, maxItems: MOST_STEPS, description });
}

const BETAS = 'beta_1 ... beta_N in the order of the paper: step 1 is the last one taken, step N the noisiest.';

const bareArray = values(UNIT_INTERVAL, BETAS);

const published = z.strictObject({
  ...ABOUT,
  asPublished: z
    .literal(true)
    .describe(
      'Keep published betas as they are even where one is not positive, within float32 rounding of zero, as long as the level ' +
        'stays below 1.',
    ),
  betas: values({ exclusiveMinimum: -(2 ** -22), exclusiveMaximum: 1 }, BETAS),
});

const objects = {
  betas: z.strictObject({ ...ABOUT, betas: bareArray }),
  levels: z.strictObject({
    ...ABOUT,
    levels: values(UNIT_INTERVAL, 'level_n = sqrt(alphaBar_n), what the network is told; strictly falling.'),
  }),
  sigmas: z.strictObject({
    ...ABOUT,
    sigmas: values({ exclusiveMinimum: 0 }, 'sigma_n = sqrt((1 - alphaBar_n) / alphaBar_n); strictly rising.'),
  }),
} as const satisfies Record<Quantity, z.ZodType>;

/** What a JSON schedule file may hold; `schedules/schema/schedule.json` is this as a JSON Schema. */
export const scheduleSchema = z.xor([objects.betas, published, objects.levels, objects.sigmas, bareArray]).meta({
  title: 'Noise schedule',
  description: 'A noise schedule for a WaveGrad vocoder, by its betas, levels or sigmas.',
});

/**
 * JSON: `{betas | levels | sigmas, name?, source?, clamp?, asPublished?, provenance?, $schema?}`, or a bare array of betas. Written
 * with betas, at full precision.
 */
export const json: ScheduleForm = {
  read(bytes, path) {
    const data = parsed(bytes, path);
    if (!Array.isArray(data)) return partsOf(data, path);
    const { betas } = checkData({ betas: data }, objects.betas, path);
    return { quantity: 'betas', values: betas, about: {} };
  },
  write: (schedule, _, { provenance }) => ({
    content: `${JSON.stringify({ ...schedule.toJSON(), provenance }, null, 2)}\n`,
    remarks: [],
  }),
};

function parsed(bytes: Uint8Array, path: string): unknown {
  const text = textOf(bytes, path, OTHER_FORMS);
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${path}: expected a schedule as JSON, got none${OTHER_FORMS}`);
  }
}

// By the branch that the data means: of a union, zod could only say that nothing fits.
function partsOf(data: unknown, path: string): ScheduleParts {
  const keys = typeof data === 'object' && data !== null ? Object.keys(data) : ['betas'];
  const given = QUANTITIES.filter((quantity) => keys.includes(quantity));
  if (given.length !== 1) {
    const got = given.join(' and ') || 'none of them';
    throw new InputError(`${path}: expected exactly one of ${QUANTITIES.join(', ')}, got ${got}`);
  }
  if (given[0] === 'levels') {
    const { levels, ...about } = checkData(data, objects.levels, path);
    return objectParts('levels', levels, about);
  }
  if (given[0] === 'sigmas') {
    const { sigmas, ...about } = checkData(data, objects.sigmas, path);
    return objectParts('sigmas', sigmas, about);
  }
  const { betas, ...about } = checkData(data, keys.includes('asPublished') ? published : objects.betas, path);
  return objectParts('betas', betas, about);
}

// The schema gives an object that leaves the clamp out x0, so it says that.
function objectParts(
  quantity: Quantity,
  values: readonly number[],
  { provenance, ...about }: AboutSchedule & { readonly provenance?: Provenance },
): ScheduleParts {
  return { quantity, values, about: { clamp: 'x0', ...about }, provenance };
}
