import fc from 'fast-check';

/** Betas from 1e-7 to 0.7, log-uniform, in any order. */
export const betasArbitrary = fc.array(
  fc.double({ min: -7, max: Math.log10(0.7), noNaN: true }).map((exponent) => 10 ** exponent),
  { minLength: 1, maxLength: 12 },
);
