import type { Kernel } from "../../sample.ts";
import { firstLine } from "../first-line.ts";
import { BufferUsage, type GpuDevice } from "./webgpu.ts";
import { KernelError } from "./session.ts";

/** Kinds that are timed by the host's clock, since the host takes part. */
export const hostSideKinds: readonly string[] = ["launch.submit", "transfer.to-device", "transfer.to-host"];

const mapRead = 1;

/**
 * What crosses the border between host and device: handing over an empty list of commands and waiting until it is done
 * ("launch.submit"), and bringing `bytes` there or back, from the call until they have arrived. Returns a function that
 * does it once and gives the nanoseconds, and one that frees what it holds.
 * @throws {KernelError} where the device has not so much memory
 */
export function hostSide(device: GpuDevice, { kind, shape }: Kernel): { once(): Promise<number>; release(): void } {
  if (kind === "launch.submit") return { once: () => timed(() => submitEmpty(device)), release: () => undefined };
  const bytes = shape["bytes"] ?? 0;
  if (!(bytes > 0 && bytes % 4 === 0)) throw new KernelError("needs the extent bytes, a multiple of 4");
  if (bytes > device.limits.maxBufferSize) throw new KernelError(`needs a buffer of ${bytes} B; the device gives ${device.limits.maxBufferSize} B`);
  const buffer = device.createBuffer({ size: bytes, usage: BufferUsage.storage | BufferUsage.copyTarget | BufferUsage.copySource });
  const data = new Uint8Array(bytes).fill(1);
  if (kind === "transfer.to-device") {
    return {
      once: () => timed(async () => {
        device.queue.writeBuffer(buffer, 0, data);
        await submitEmpty(device);
      }),
      release: () => buffer.destroy(),
    };
  }
  const readable = device.createBuffer({ size: bytes, usage: BufferUsage.mapRead | BufferUsage.copyTarget });
  device.queue.writeBuffer(buffer, 0, data);
  return {
    async once() {
      const ns = await timed(async () => {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, 0, readable, 0, bytes);
        device.queue.submit([encoder.finish()]);
        await readable.mapAsync(mapRead);
        data.set(new Uint8Array(readable.getMappedRange()));
        readable.unmap();
      });
      if (data[0] !== 1 || data[bytes - 1] !== 1) throw new KernelError("wrong result: other bytes came back");
      return ns;
    },
    release: () => [buffer, readable].forEach((held) => held.destroy()),
  };
}

async function submitEmpty(device: GpuDevice): Promise<void> {
  device.queue.submit([device.createCommandEncoder().finish()]);
  await device.queue.onSubmittedWorkDone();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  try {
    await work();
  } catch (error) {
    // A device that is lost, or has no memory left, rejects what it was asked.
    throw new KernelError(firstLine(error));
  }
  return Number(process.hrtime.bigint() - start);
}
