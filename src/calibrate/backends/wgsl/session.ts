import type { Operand, Program, ProgramLimits } from "./program.ts";
import { fromHalf } from "./half.ts";
import { operandBytes, operandChunk, sizeBytes } from "./operand-data.ts";
import { BufferUsage, type GpuBuffer, type GpuDevice } from "./webgpu.ts";

/** A program on the device: compiled, its operands there. */
export interface Prepared {
  readonly program: Program;
  readonly pipelines: readonly object[];
  /** Operands and results, several times over: so a repetition does not find in the cache what the last one left there. */
  readonly sets: readonly object[];
  /** The results of all sets, those of the first one first. */
  readonly result?: GpuBuffer;
  readonly buffers: readonly GpuBuffer[];
}

/** A kernel that this device cannot run or got wrong, and why. The device is well. */
export class KernelError extends Error {}

/** The device is gone, and this session with it. */
export class DeviceLost extends Error {}

/** Together the sets fill so much, where a device has it: more than its caches. */
const rotatedBytes = 256 * 2 ** 20;
const mostSets = 32;
/** Alignment of each set; every device is content with it. */
const alignment = 256;
const computeStage = 4;
const mapRead = 1;

/** Compiles and runs programs on one device. */
export class WgslSession {
  readonly limits: ProgramLimits;
  readonly #device: GpuDevice;
  readonly #source: (file: string) => string;
  readonly #lost: Promise<never>;

  /** @param source the text of a file in kernels/wgsl */
  constructor(device: GpuDevice, source: (file: string) => string) {
    this.#device = device;
    this.#source = source;
    const { maxComputeWorkgroupsPerDimension, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupStorageSize } = device.limits;
    this.limits = { groups: maxComputeWorkgroupsPerDimension, threads: maxComputeInvocationsPerWorkgroup, workgroupBytes: maxComputeWorkgroupStorageSize };
    this.#lost = device.lost.then(({ reason, message }) => {
      throw new DeviceLost(`the device was lost (${[reason, message].filter((text) => text !== "").join(": ")})`);
    });
    this.#lost.catch(() => undefined);
  }

  /**
   * Compiles a program and brings its operands to the device.
   * @throws {KernelError} where the device lacks a feature or memory, or refuses the source
   */
  async prepare(program: Program): Promise<Prepared> {
    this.#checkLimits(program);
    const buffers: GpuBuffer[] = [];
    try {
      return await this.#scoped(async () => {
        const layout = this.#device.createBindGroupLayout({ entries: bindingTypes(program).map((type, binding) => ({ binding, visibility: computeStage, buffer: { type } })) });
        const pipelines = await this.#compile(program, layout);
        const sizes = setBytes(program);
        const count = Math.max(1, Math.min(mostSets, Math.ceil(rotatedBytes / Math.max(alignment, sizes.reduce((sum, size) => sum + size, 0))), ...sizes.map((size) => Math.floor(this.#device.limits.maxBufferSize / size))));
        for (const size of sizes) buffers.push(this.#device.createBuffer({ size: size * count, usage: BufferUsage.storage | BufferUsage.copyTarget | BufferUsage.copySource }));
        program.inputs.forEach((input, at) => this.#fill(buffers[at]!, input, program, count));
        const result = program.outputs > 0 ? buffers.at(-1)! : undefined;
        if (program.size.length > 0) buffers.push(this.#uniform(program.size));
        const sets = Array.from({ length: count }, (_, set) => this.#device.createBindGroup({
          layout,
          entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer, offset: binding < sizes.length ? sizes[binding]! * set : 0, size: sizes[binding] ?? buffer.size } })),
        }));
        return { program, pipelines, sets, ...(result && { result }), buffers };
      });
    } catch (error) {
      for (const buffer of buffers) buffer.destroy();
      throw error;
    }
  }

  /** Runs it `passes` times, each time `repeats` repetitions in a row, and says how many nanoseconds one repetition took in each. */
  async time(prepared: Prepared, passes: number, repeats: number): Promise<number[]> {
    const device = this.#device;
    const queries = device.createQuerySet({ type: "timestamp", count: 2 * passes });
    const bytes = 16 * passes;
    const resolved = device.createBuffer({ size: bytes, usage: BufferUsage.queryResolve | BufferUsage.copySource });
    const readable = device.createBuffer({ size: bytes, usage: BufferUsage.mapRead | BufferUsage.copyTarget });
    try {
      return await this.#scoped(async () => {
        const encoder = device.createCommandEncoder();
        for (let index = 0, set = 0; index < passes; index++) {
          const pass = encoder.beginComputePass({ timestampWrites: { querySet: queries, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 } });
          for (let repeat = 0; repeat < repeats; repeat++) this.#encode(pass, prepared, set++);
          pass.end();
        }
        encoder.resolveQuerySet(queries, 0, 2 * passes, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, readable, 0, bytes);
        device.queue.submit([encoder.finish()]);
        const stamps = new BigUint64Array(await this.#read(readable));
        return Array.from({ length: passes }, (_, index) => Number(stamps[2 * index + 1]! - stamps[2 * index]!) / repeats);
      });
    } finally {
      queries.destroy();
      resolved.destroy();
      readable.destroy();
    }
  }

  /** Runs it once on results made unrecognizable before, and gives those at the positions. */
  async results(prepared: Prepared, positions: ArrayLike<number>): Promise<Float64Array> {
    const { program, result } = prepared;
    const [device, width] = [this.#device, sizeBytes[program.elementType]];
    const readable = device.createBuffer({ size: 4 * Math.max(1, positions.length), usage: BufferUsage.mapRead | BufferUsage.copyTarget });
    try {
      return await this.#scoped(async () => {
        this.#spoil(result!, Math.ceil((program.outputs * width) / 4) * 4);
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        this.#encode(pass, prepared, 0);
        pass.end();
        for (let at = 0; at < positions.length; at++) encoder.copyBufferToBuffer(result!, Math.floor((positions[at]! * width) / 4) * 4, readable, 4 * at, 4);
        device.queue.submit([encoder.finish()]);
        const words = await this.#read(readable);
        const [floats, halves] = [new Float32Array(words), new Uint16Array(words)];
        return Float64Array.from(positions, (position, at) => (program.elementType === "f32" ? floats[at]! : fromHalf(halves[2 * at + (position % 2)]!)));
      });
    } finally {
      readable.destroy();
    }
  }

  /** Frees what a program has on the device. */
  release({ buffers }: Prepared): void {
    for (const buffer of buffers) buffer.destroy();
  }

  #encode(pass: ReturnType<ReturnType<GpuDevice["createCommandEncoder"]>["beginComputePass"]>, { program, pipelines, sets }: Prepared, repetition: number): void {
    pass.setBindGroup(0, sets[repetition % sets.length]!);
    program.dispatches.forEach(({ groups }, at) => {
      pass.setPipeline(pipelines[at]!);
      pass.dispatchWorkgroups(...groups);
    });
  }

  #checkLimits(program: Program): void {
    const { limits, features } = this.#device;
    if (program.elementType === "f16" && !features.has("shader-f16")) throw new KernelError("the device has no f16 (feature shader-f16)");
    if (program.workgroupBytes > limits.maxComputeWorkgroupStorageSize) throw new KernelError(`needs ${program.workgroupBytes} B of workgroup memory; the device gives ${limits.maxComputeWorkgroupStorageSize} B`);
    const largest = Math.max(0, ...setBytes(program));
    const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
    if (largest > most) throw new KernelError(`needs a buffer of ${largest} B; the device gives ${most} B`);
    for (const { groups } of program.dispatches) {
      if (groups.some((count) => count! > limits.maxComputeWorkgroupsPerDimension)) throw new KernelError(`needs ${groups.join(" × ")} workgroups; the device gives ${limits.maxComputeWorkgroupsPerDimension} along an axis`);
    }
  }

  async #compile(program: Program, layout: object): Promise<object[]> {
    const header = [...(program.elementType === "f16" ? ["enable f16;"] : []), `alias Element = ${program.elementType};`, ...program.prelude];
    const module = this.#device.createShaderModule({ code: `${header.join("\n")}\n${this.#source(program.file)}` });
    const wrong = (await this.#alive(module.getCompilationInfo())).messages.find(({ type }) => type === "error");
    if (wrong) throw new KernelError(`${program.file} line ${wrong.lineNum - header.length}: ${wrong.message}`);
    const pipelineLayout = this.#device.createPipelineLayout({ bindGroupLayouts: [layout] });
    return Promise.all(program.dispatches.map(({ entry }) => this.#alive(this.#device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint: entry } }))));
  }

  #fill(buffer: GpuBuffer, operand: Operand, program: Program, count: number): void {
    const stride = buffer.size / count;
    const bytes = operandBytes(operand, program.elementType);
    const chunk = operandChunk(operand, program.elementType);
    for (let set = 0; set < count; set++) {
      for (let offset = 0; offset < bytes; offset += chunk.byteLength) {
        this.#device.queue.writeBuffer(buffer, set * stride + offset, chunk.subarray(0, Math.min(chunk.byteLength, bytes - offset)));
      }
    }
  }

  /** All ones: not a number in either type. */
  #spoil(buffer: GpuBuffer, bytes: number): void {
    const chunk = new Uint8Array(Math.min(bytes, 2 ** 24)).fill(0xff);
    for (let offset = 0; offset < bytes; offset += chunk.length) this.#device.queue.writeBuffer(buffer, offset, chunk.subarray(0, Math.min(chunk.length, bytes - offset)));
  }

  #uniform(fields: readonly number[]): GpuBuffer {
    const data = new Uint32Array(Math.ceil(fields.length / 4) * 4);
    data.set(fields);
    const buffer = this.#device.createBuffer({ size: data.byteLength, usage: BufferUsage.uniform | BufferUsage.copyTarget });
    this.#device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  async #read(buffer: GpuBuffer): Promise<ArrayBuffer> {
    await this.#alive(buffer.mapAsync(mapRead));
    return buffer.getMappedRange().slice(0);
  }

  /** What the promise gives, unless the device is lost before. */
  #alive<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#lost]);
  }

  /** Turns what the device objects to into an error of the kernel. */
  async #scoped<T>(work: () => Promise<T>): Promise<T> {
    const scopes = ["validation", "out-of-memory", "internal"] as const;
    for (const scope of scopes) this.#device.pushErrorScope(scope);
    let value: T | undefined;
    let thrown: unknown;
    try {
      value = await work();
    } catch (error) {
      thrown = error;
    }
    const objections: string[] = [];
    for (const scope of [...scopes].reverse()) {
      const objection = await this.#alive(this.#device.popErrorScope()).catch(() => null);
      if (objection) objections.push(`${scope}: ${objection.message.split("\n")[0]}`);
    }
    if (thrown instanceof DeviceLost || thrown instanceof KernelError) throw thrown;
    if (objections.length > 0) throw new KernelError(objections.join("; "));
    if (thrown !== undefined) throw new KernelError((thrown as Error).message.split("\n")[0]);
    return value as T;
  }
}

/** Bytes of each storage buffer of one set, aligned: the inputs, scratch, result. */
function setBytes({ inputs, scratchBytes, outputs, elementType }: Program): number[] {
  const all = [...inputs.map((input) => operandBytes(input, elementType)), ...(scratchBytes === undefined ? [] : [scratchBytes]), ...(outputs > 0 ? [outputs * sizeBytes[elementType]] : [])];
  return all.map((bytes) => Math.ceil(bytes / alignment) * alignment);
}

function bindingTypes({ inputs, scratchBytes, outputs, size }: Program): ("read-only-storage" | "storage" | "uniform")[] {
  return [...inputs.map(() => "read-only-storage" as const), ...(scratchBytes === undefined ? [] : ["storage" as const]), ...(outputs > 0 ? ["storage" as const] : []), ...(size.length > 0 ? ["uniform" as const] : [])];
}
