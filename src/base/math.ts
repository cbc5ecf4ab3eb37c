/**
 * Exponential, logarithm and normal quantile from additions, multiplications, divisions and square roots only. The
 * results of `Math.exp` and `Math.log` may differ between platforms in the last digit; these never do.
 */

const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;
/** 2^(1023 - i): what brings a number with the biased exponent i into [1, 2), without rounding. */
const POWERS = Float64Array.from({ length: 2047 }, (_, i) => 2 ** (1023 - i));
const bits = new DataView(new ArrayBuffer(8));

/** eˣ, relative error below 1e-15; 0 below −708 and Infinity above 709. */
export function exactExp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 709) return Infinity;
  if (x < -708) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HI - k * LN2_LO;
  let sum = 1;
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * r) / n;
  return sum * powerOfTwo(k);
}

/** ln x, relative error below 1e-15 away from 1; −Infinity at 0 and NaN below. */
export function exactLog(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  let exponent = 0;
  if (x < 2.3e-308) {
    x *= 2 ** 54;
    exponent = -54;
  }
  bits.setFloat64(0, x);
  const biased = bits.getUint32(0) >>> 20;
  exponent += biased - 1023;
  let mantissa = x * POWERS[biased]!;
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 atanh((m − 1) / (m + 1)), with |(m − 1) / (m + 1)| below 0.172.
  const s = (mantissa - 1) / (mantissa + 1);
  const s2 = s * s;
  // The odd reciprocals as constants: this is asked for once an event by programs whose durations are random.
  const tail = ((((1 / 21) * s2 + 1 / 19) * s2 + 1 / 17) * s2 + 1 / 15) * s2 + 1 / 13;
  const sum = (((((tail * s2 + 1 / 11) * s2 + 1 / 9) * s2 + 1 / 7) * s2 + 1 / 5) * s2 + 1 / 3) * s2 + 1;
  return exponent * LN2_HI + (2 * s * sum + exponent * LN2_LO);
}

function powerOfTwo(k: number): number {
  // Two factors, so that results just above the smallest normal number are not lost on the way.
  const half = k >> 1;
  return normalPower(half) * normalPower(k - half);
}

function normalPower(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

const A = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239] as const;
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572] as const;
const C = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783] as const;
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416] as const;

/**
 * Quantile of the standard normal distribution for p in (0, 1); relative error below 1.2e-9.
 * @source P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003.
 */
export function normalQuantile(p: number): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * exactLog(p)));
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * exactLog(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  const top = (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q;
  return top / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1);
}

function tail(q: number): number {
  return (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5]) / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1);
}
