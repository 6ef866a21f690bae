import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Precision } from '../diffusion/process.ts';
import { trainedRangeToWarnBy } from '../diffusion/trained-range.ts';
import type { Device, EngineName } from '../engine/engine.ts';
import { readInput } from '../formats/read-input.ts';
import { DEMO } from '../model/demo.ts';
import { loadModelConfig } from '../model/load-config.ts';
import { modelFiles } from '../model/model-files.ts';
import { startEngine } from '../model/start-engine.ts';
import type { TrainedRange } from '../schedule/diagnostics.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import type { Clip, ClipOptions, ClipSet } from './clips.ts';
import { MIXED_AGREEMENT } from './fingerprint.ts';
import type { StudySettings } from './settings.ts';
import type { WorkerSettings } from './worker.ts';

/** What schedules are to be scored with. */
export interface ModelRequest {
  /** Checkpoint, or the folder it is in; default: the demo's. */
  readonly model?: string;
  /** Default: config.json beside the checkpoint. */
  readonly config?: string;
  readonly clipSeconds: number;
  readonly clipCount: number;
  readonly clamp: Clamp;
  readonly precision: Precision;
  readonly seed: number;
  /** Default: onnxruntime. */
  readonly engine?: EngineName;
  /** Of ONNX Runtime. */
  readonly device: Device;
  /** On a device other than the CPU: clips of one candidate or several that go through the network together. Default: the scoring clips. */
  readonly rowsPerCall?: number;
  /** Whether a device computes products of matrices in half precision. Default: false. */
  readonly half?: boolean;
  /** Whether the workers may be machines whose bits differ. Default: false. */
  readonly mixed?: boolean;
}

/** The recordings: those that choose a schedule, and those that only judge. */
interface ClipSets {
  readonly scoring: ClipSet;
  readonly heldout: ClipSet;
}

/** What a study's settings say of the model, the recordings and the sampler. */
type ModelSettings = Pick<
  StudySettings,
  | 'seed'
  | 'clamp'
  | 'precision'
  | 'checkpoint'
  | 'config'
  | 'data'
  | 'sampleRate'
  | 'clipSamples'
  | 'scoringClips'
  | 'heldoutClips'
  | 'clipsPerCall'
  | 'device'
  | 'rowsPerCall'
  | 'arithmetic'
  | 'half'
  | 'halfDifference'
  | 'engine'
  | 'mixed'
>;

/** A model with recordings, ready to score schedules in workers. */
export interface ModelPlan {
  readonly settings: ModelSettings;
  readonly worker: WorkerSettings;
  /** The noise levels that the model was trained on; the reference's where its config says them in no way that is understood. */
  readonly trained: TrainedRange;
  /** What a user should know of the recordings and the config before anything is scored, one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Reads the model's config and the recordings and checks that all fit together, and that the engine starts.
 *
 * @param takeClips loads the recordings, at the model's rate
 * @throws InputError where something does not fit
 */
export async function planModel(
  request: ModelRequest,
  takeClips: (options: ClipOptions) => Promise<ClipSets>,
): Promise<ModelPlan> {
  const { seed, clamp, precision, engine = 'onnxruntime', device } = request;
  const loaded = await startEngine(engine);
  const files = await modelFiles(request.model ?? DEMO);
  const checkpointPath = files.checkpoint;
  const configPath = request.config ?? files.config;
  const checkpoint = await readInput(checkpointPath, 'the checkpoint');
  const config = await loadModelConfig(files, request.config);
  const { model_config, data_config } = config;
  const { sample_rate: sampleRate, hop_length: hopSamples } = data_config;
  const { clipSeconds: seconds, clipCount: count } = request;
  const { scoring, heldout } = await takeClips({ sampleRate, hopSamples, seconds, count, seed });
  // On a CPU a clip at a time stays in the cache: two workers then keep 1.9 times the pace of one, and 1.5 times with six clips.
  // TensorFlow.js takes all clips of a set together on a GPU.
  const clipsPerCall = loaded.device === 'gpu' ? scoring.clips.length : 1;
  const rowsPerCall = device === 'cpu' ? undefined : (request.rowsPerCall ?? scoring.clips.length);
  const half = device !== 'cpu' && request.half === true;
  const named = ({ name, hash }: Clip) => ({ name, hash });
  const samplesOf = ({ samples }: Clip) => samples;
  const clipSamples = scoring.clips[0]!.samples.length;
  const clips = { scoring: scoring.clips.map(samplesOf), heldout: heldout.clips.map(samplesOf) };
  const { trained, remark } = trainedRangeToWarnBy(config, configPath);
  return {
    settings: {
      seed,
      clamp,
      precision,
      checkpoint: { name: basename(checkpointPath), hash: sha256(checkpoint) },
      config: { name: basename(configPath), hash: sha256(JSON.stringify({ model_config, data_config })) },
      data: data_config,
      sampleRate,
      clipSamples,
      scoringClips: scoring.clips.map(named),
      heldoutClips: heldout.clips.map(named),
      clipsPerCall,
      device: loaded.device ?? device,
      ...(rowsPerCall !== undefined && { rowsPerCall, arithmetic: 'float32' }),
      ...(half && { half }),
      engine: loaded.version,
      ...(request.mixed && { mixed: { scoresAgreeTo: MIXED_AGREEMENT } }),
    },
    worker: {
      checkpointPath,
      configPath,
      engine,
      device,
      frames: clipSamples / hopSamples,
      clips,
      clipsPerCall,
      rowsPerCall,
      half,
      seed,
      clamp,
      precision,
    },
    trained,
    remarks: [...new Set([...scoring.remarks, ...heldout.remarks, ...(remark === undefined ? [] : [remark])])],
  };
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
