import type { Kernel } from "../../sample.ts";
import { convProgram } from "./conv.ts";
import { elementwiseKinds, elementwiseProgram } from "./elementwise.ts";
import { matmulProgram } from "./matmul.ts";
import { copyProgram, emptyProgram, gatherProgram, transposeProgram } from "./movement.ts";
import { UnsupportedKernel, type Program, type ProgramLimits, type ProgramMaker } from "./program.ts";
import { normProgram, reduceProgram, softmaxProgram } from "./rows.ts";

/** Who makes the program of a kind. */
export const programMakers: Readonly<Record<string, ProgramMaker>> = {
  matmul: matmulProgram, conv: convProgram, "depthwise-conv": convProgram,
  ...Object.fromEntries(elementwiseKinds.map((kind) => [kind, elementwiseProgram])),
  reduce: reduceProgram, softmax: softmaxProgram, "layer-norm": normProgram, "rms-norm": normProgram,
  transpose: transposeProgram, gather: gatherProgram, embedding: gatherProgram, copy: copyProgram, "launch.kernel": emptyProgram,
};

/**
 * The program that runs a kernel.
 * @throws {UnsupportedKernel} for a kind, type, extent or variant that there is none for
 */
export function programFor(kernel: Kernel, limits: ProgramLimits): Program {
  const maker = Object.hasOwn(programMakers, kernel.kind) ? programMakers[kernel.kind] : undefined;
  if (maker === undefined) throw new UnsupportedKernel(`there is no WGSL kernel for ${kernel.kind}`);
  return maker(kernel, limits);
}
