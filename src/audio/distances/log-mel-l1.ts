import { createMelFrontEnd, type SilenceRule } from '../mel.ts';
import { checkLength, type Metric, POWER_FLOOR } from './metric.ts';

export const logMelL1: Metric = {
  name: 'log-mel-l1',
  unit: '',
  describe: `Mean absolute difference of log10 mel power, each floored at ${POWER_FLOOR}.`,
  prepare: prepareWith({ floor: POWER_FLOOR }),
};

export const logMelL1Reference: Metric = {
  name: 'log-mel-l1-reference',
  unit: '',
  describe: "Mean absolute difference of log10 mel power as ivanvovk/WaveGrad's search takes it, silence being 0.",
  prepare: prepareWith('zero'),
};

function prepareWith(silence: SilenceRule): Metric['prepare'] {
  return (target, config) => {
    const frontEnd = createMelFrontEnd(config);
    const wanted = frontEnd.logMel(target, silence).data;
    return (candidate) => {
      checkLength(target, candidate);
      const got = frontEnd.logMel(candidate, silence).data;
      let sum = 0;
      for (let i = 0; i < wanted.length; i++) sum += Math.abs(got[i]! - wanted[i]!);
      return sum / wanted.length;
    };
  };
}
