/**
 * The little of WebGPU that the backend uses, declared here because the package `webgpu` is optional and types of the
 * whole API are large. Names and meanings are those of the standard.
 * @source W3C, "WebGPU", https://www.w3.org/TR/webgpu/
 */

/** Buffer usages; bits of a mask. */
export const BufferUsage = { mapRead: 0x0001, copySource: 0x0004, copyTarget: 0x0008, uniform: 0x0040, storage: 0x0080, queryResolve: 0x0200 } as const;

export interface Gpu {
  requestAdapter(options?: { powerPreference?: "low-power" | "high-performance" }): Promise<GpuAdapter | null>;
}

export interface GpuAdapter {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly device: string; readonly description: string };
  readonly features: ReadonlySet<string>;
  readonly limits: GpuLimits;
  requestDevice(descriptor: { requiredFeatures?: readonly string[]; requiredLimits?: Readonly<Record<string, number>> }): Promise<GpuDevice>;
}

export interface GpuLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupSizeX: number;
  readonly maxComputeWorkgroupSizeY: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  readonly minStorageBufferOffsetAlignment: number;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly features: ReadonlySet<string>;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  readonly queue: GpuQueue;
  createBuffer(descriptor: { size: number; usage: number }): GpuBuffer;
  createShaderModule(descriptor: { code: string }): GpuShaderModule;
  createBindGroupLayout(descriptor: { entries: readonly { binding: number; visibility: number; buffer: { type: "storage" | "read-only-storage" | "uniform" } }[] }): object;
  createPipelineLayout(descriptor: { bindGroupLayouts: readonly object[] }): object;
  createComputePipelineAsync(descriptor: { layout: object; compute: { module: GpuShaderModule; entryPoint: string } }): Promise<object>;
  createBindGroup(descriptor: { layout: object; entries: readonly { binding: number; resource: { buffer: GpuBuffer; offset: number; size: number } }[] }): object;
  createQuerySet(descriptor: { type: "timestamp"; count: number }): GpuQuerySet;
  createCommandEncoder(): GpuCommandEncoder;
  pushErrorScope(filter: "validation" | "out-of-memory" | "internal"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

export interface GpuQueue {
  submit(commands: readonly object[]): void;
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void;
  onSubmittedWorkDone(): Promise<void>;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface GpuShaderModule {
  getCompilationInfo(): Promise<{ readonly messages: readonly { readonly type: string; readonly message: string; readonly lineNum: number; readonly linePos: number }[] }>;
}

export interface GpuQuerySet {
  destroy(): void;
}

export interface GpuCommandEncoder {
  beginComputePass(descriptor?: { timestampWrites?: { querySet: GpuQuerySet; beginningOfPassWriteIndex: number; endOfPassWriteIndex: number } }): GpuComputePass;
  copyBufferToBuffer(source: GpuBuffer, sourceOffset: number, target: GpuBuffer, targetOffset: number, size: number): void;
  resolveQuerySet(querySet: GpuQuerySet, first: number, count: number, target: GpuBuffer, targetOffset: number): void;
  finish(): object;
}

export interface GpuComputePass {
  setPipeline(pipeline: object): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y?: number, z?: number): void;
  end(): void;
}
