import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { loadModel } from '../../src/model/model.ts';
import { loadPreset } from '../../src/schedule/file.ts';
import { createEvaluator } from '../../src/search/evaluator.ts';

const shared = (path: string) => fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
const SCORES = shared('fixtures/reference-small/scores.json');

// What PyTorch and torchaudio gave for a trained network on real speech, three noise draws a schedule; ours are other draws.
describe.skipIf(!existsSync(SCORES))('scores of a trained network (skipped where ../shared is absent)', () => {
  it.each(['ivanvovk-6', 'lmnt-6', 'fastdiff-6'])(
    '%s scores what PyTorch gave, within the spread of draws',
    async (name) => {
      const { clips, scores } = JSON.parse(readFileSync(SCORES, 'utf8'));
      const model = await loadModel(shared('fixtures/reference-small/checkpoint.pt'));
      const scoring = await Promise.all(
        clips.map(async (clip: string) => {
          const { samples } = await readAudio(shared(`speech/valid/${clip.replace('.wav', '.flac')}`));
          return samples.slice(11025, 32625);
        }),
      );
      const evaluator = createEvaluator({
        predictNoise: model.predictNoise,
        melConfig: model.config.data_config,
        clips: { scoring, heldout: [] },
        clipsPerCall: 2,
        seed: 0,
        clamp: 'x0',
        precision: 'float32',
      });
      const { betas } = await loadPreset(name);
      const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
      const task = { ...about, betas, metrics: ['log-mel-l1'] } as const;
      const { distances } = (await evaluator.evaluate(task))!;
      const mean = distances['log-mel-l1']!.reduce((sum, value) => sum + value, 0) / scoring.length;
      const { mean: expected, sd_over_seeds: deviation } = scores[name];
      // One draw against the mean of three: four times the deviation of their difference.
      expect(Math.abs(mean - expected)).toBeLessThan(4 * deviation * Math.sqrt(1 + 1 / 3));
      await model.dispose();
    },
  );
});
