import type { DType } from "../graph/graph.ts";
import type { Device } from "../machine/machine.ts";

/**
 * Element types in whose arithmetic an operator may run where a device has no peak for its own type, in this order.
 * Types stand in only where no precision or range is lost: f16 and bf16 run as f32, f32 as f64, small integers as wider
 * ones or as floating-point numbers that hold them exactly. So an f32 operator never runs on a device that has only i8. tf32 keeps f32 storage with a shorter mantissa, so
 * an operator is tf32 only when it says so: f32 never becomes tf32 by itself, but tf32 may run as f32. Devices whose
 * compilers round f32 operands by default (TPUs, some NPUs) list a peak for f32 of their own. Integers that data
 * sheets leave out run at the rate of f32, whose lanes issue them.
 */
const standIns: Readonly<Record<DType, readonly DType[]>> = {
  f64: [],
  f32: ["f64"],
  tf32: ["f32", "f64"],
  bf16: ["f32", "f64"],
  f16: ["f32", "f64"],
  f8: ["f16", "bf16", "f32", "f64"],
  bool: ["u8", "i8", "i16", "i32", "f16", "f32", "f64"],
  u8: ["i8", "i16", "i32", "f16", "f32", "f64"],
  i8: ["i16", "i32", "f16", "f32", "f64"],
  i16: ["i32", "f32", "f64"],
  i32: ["i64", "f32", "f64"],
  i64: ["i32", "f32", "f64"],
};

/**
 * Peak of all units of a device for an element type or its nearest stand-in, flop/ns; `undefined` when the device
 * cannot compute in it.
 * @example
 * peakFlopsPerNs({ f32: 100 }, "f16"); // 100
 * peakFlopsPerNs({ i8: 4000 }, "f32"); // undefined
 */
export function peakFlopsPerNs(peaks: Device["peakFlopsPerNs"], dtype: DType): number | undefined {
  const own = peaks[dtype];
  if (own !== undefined) return own;
  for (const other of standIns[dtype]) if (peaks[other] !== undefined) return peaks[other];
  return undefined;
}
