import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { diagnose, type TrainedRange } from '../schedule/diagnostics.ts';
import { listPresets, loadSchedule } from '../schedule/file.ts';
import { isPythonList } from '../schedule/files/python-list.ts';
import { listModelSchedules, loadModelSchedule, type ModelSchedule } from '../schedule/model-schedules.ts';
import { readProvenance } from './found-on.ts';
import type { ListedSchedule } from './schedule-table.ts';

const STUDIES = 'experiments';

/** A model whose schedules are listed, or of which the trained range is taken. */
export interface ListedModel {
  readonly folder: string;
  readonly trained: TrainedRange;
}

type Warn = (message: string) => void;

/** The folder of a model and the range it was trained on; where it has no config.json, that of the reference. */
export async function listedModel(path: string, reference: TrainedRange, warn: Warn): Promise<ListedModel> {
  // Imported only here: a listing without a model needs none of it.
  const [{ modelFiles }, { parseConfig }, { trainedRange }, { parseJson }, { readInput }] = await Promise.all([
    import('../model/model-files.ts'),
    import('../model/config.ts'),
    import('../diffusion/trained-range.ts'),
    import('../formats/json.ts'),
    import('../formats/read-input.ts'),
  ]);
  const { folder, config } = await modelFiles(path);
  if (!existsSync(config)) {
    warn(`${config}: there is none, so the trained range shown is the reference's`);
    return { folder, trained: reference };
  }
  const json = parseJson(new TextDecoder().decode(await readInput(config, 'the config')), config);
  return { folder, trained: trainedRange(parseConfig(json, config), config) };
}

/** All presets, and what studies below the working directory found; `warn` is told of those that cannot be read. */
export async function allSchedules(trained: TrainedRange, warn: Warn): Promise<ListedSchedule[]> {
  const presets = (await listPresets()).map((schedule) => ({ schedule, diagnostics: diagnose(schedule, trained) }));
  const studies = existsSync(STUDIES) ? await readdir(STUDIES) : [];
  const paths = studies.sort().map((study) => join(STUDIES, study, 'best.json'));
  const found: ListedSchedule[] = [];
  for (const path of paths.filter((candidate) => existsSync(candidate))) {
    try {
      found.push(await fromFile(path, trained));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      warn(`skipped ${error.message}`);
    }
  }
  return [...presets, ...found];
}

/** The schedules that a model carries, with how they were found; `warn` is told of those that cannot be read. */
export async function carriedSchedules({ folder, trained }: ListedModel, warn: Warn): Promise<ListedSchedule[]> {
  const carried = await listModelSchedules(folder, ({ message }) => warn(`skipped ${message}`));
  return Promise.all(carried.map((schedule) => fromModel(schedule, trained)));
}

/** Schedules by what `loadSchedule` takes, in their order. */
export async function namedSchedules(
  names: readonly string[],
  trained: TrainedRange,
  model?: ListedModel,
): Promise<ListedSchedule[]> {
  const presets = (await listPresets()).map(({ name }) => name);
  return Promise.all(
    names.map(async (name) => {
      const carried = model && (await loadModelSchedule(model.folder, name));
      if (carried) return fromModel(carried, trained);
      if (!presets.includes(name) && !isPythonList(name)) return fromFile(name, trained, model?.folder);
      const schedule = await loadSchedule(name);
      return { schedule, diagnostics: diagnose(schedule, trained) };
    }),
  );
}

async function fromModel({ name, path, schedule }: ModelSchedule, trained: TrainedRange): Promise<ListedSchedule> {
  const provenance = await readProvenance(path);
  return { schedule, diagnostics: diagnose(schedule, trained), path, alias: name, ...provenance };
}

async function fromFile(path: string, trained: TrainedRange, model?: string): Promise<ListedSchedule> {
  const schedule = await loadSchedule(path, model === undefined ? {} : { model });
  const { heldout } = await readProvenance(path);
  return { schedule, diagnostics: diagnose(schedule, trained), path, heldout };
}
