/**
 * Runs the WGSL kernels in a process of their own, whose environment says which driver to use, and prints what came of it
 * as JSON. Bundled and started by wgsl.test.ts.
 */
import { readFileSync } from "node:fs";
import { check } from "../../src/calibrate/backends/wgsl/check.ts";
import { openDevice, openGpu } from "../../src/calibrate/backends/wgsl/open-gpu.ts";
import { programFor } from "../../src/calibrate/backends/wgsl/programs.ts";
import { WgslSession } from "../../src/calibrate/backends/wgsl/session.ts";
import type { Gpu } from "../../src/calibrate/backends/wgsl/webgpu.ts";
import { wgsl } from "../../src/calibrate/backends/wgsl.ts";
import { parseKernelLine } from "../../src/calibrate/kernel-line.ts";
import type { Kernel } from "../../src/calibrate/sample.ts";

/** What the child prints. */
export interface ChildReport {
  readonly available: Awaited<ReturnType<typeof wgsl.available>>;
  /** By kernel line: "right", or what was wrong. */
  readonly results: Readonly<Record<string, string>>;
  /** By kernel line, with f16 for f32: "right" where a device with f16 takes the source and its bindings; nothing is computed. */
  readonly halves: Readonly<Record<string, string>>;
  readonly broken: string;
  readonly lost: string;
  readonly measured: readonly (Kernel & { readonly ns?: readonly number[]; readonly failure?: string })[];
}

const { folder, lines, measure } = JSON.parse(process.argv[2]!) as { folder: string; lines: string[]; measure: string[] };
const source = (file: string): string => readFileSync(folder + file, "utf8");

async function outcome(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return "right";
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

/** Dawn ends with this. */
let dawn: Gpu;

/** Dawn without a driver: it checks all that it is given. */
async function halvesOf(): Promise<Record<string, string>> {
  const packageName = "webgpu";
  const { create } = (await import(packageName)) as { create(options: readonly string[]): Gpu };
  dawn = create(["backend=null"]);
  const adapter = await dawn.requestAdapter();
  const session = new WgslSession(await adapter!.requestDevice({ requiredFeatures: ["shader-f16"] }), source);
  const found: Record<string, string> = {};
  for (const line of lines.filter((each) => each.includes(" f32 "))) {
    found[line] = await outcome(async () => session.release(await session.prepare(programFor(parseKernelLine(line.replace(" f32 ", " f16 ")), session.limits))));
  }
  return found;
}

const halves = await halvesOf();
const available = await wgsl.available();
const results: Record<string, string> = {};
let [broken, lost] = ["", ""];
const measured: ChildReport["measured"][number][] = [];
if (available.ok) {
  const gpu = await openGpu();
  if ("why" in gpu) throw new Error("it was there a moment ago");
  const device = await openDevice(gpu);
  const session = new WgslSession(device, source);
  const run = async (line: string, among: WgslSession): Promise<void> => {
    const prepared = await among.prepare(programFor(parseKernelLine(line), among.limits));
    await check(among, prepared);
    among.release(prepared);
  };
  for (const line of lines) results[line] = await outcome(() => run(line, session));
  // A kernel that computes something else.
  broken = await outcome(() => run("add f32 elements=77", new WgslSession(device, (file) => source(file).replace("operation(x, y)", "operation(x, y) + select(vec4f(0), vec4f(0.01), index == 7)"))));
  device.destroy();
  lost = await outcome(() => run("add f32 elements=77", session));
  for await (const one of wgsl.measure(measure.map(parseKernelLine), { least: 2, most: 4, tightness: 0.5, budgetMs: 200, seed: 1 })) measured.push(one);
}
void dawn!;
console.log(JSON.stringify({ available, results, halves, broken, lost, measured } satisfies ChildReport));
// Dawn keeps threads.
process.exit();
