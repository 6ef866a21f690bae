/** The value of one unit in the last place for each float16 exponent field; field 0 (subnormals) shares that of field 1. */
const units = Float32Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** The value of the IEEE 754 binary16 number with these 16 bits. Exact. */
export function float16ToNumber(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction : 0x400 + fraction) * units[exponent]!;
}

/**
 * The 16 bits of the binary16 number nearest to a float32 value, ties to even. Magnitudes from 65520 on become infinity, any NaN
 * becomes 0x7e00.
 */
export function float32ToFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  float[0] = value;
  const bits = floatBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(float[0]);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfToEven(magnitude * 2 ** 24);
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  // A fraction rounded up to 0x400 carries into the exponent, as it should.
  return sign | ((exponent << 10) + roundHalfToEven((bits & 0x7fffff) / 0x2000));
}

/** The value of the bfloat16 number with these 16 bits: the upper half of a float32. Exact. */
export function bfloat16ToNumber(bits: number): number {
  floatBits[0] = bits << 16;
  return float[0]!;
}

function roundHalfToEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}
