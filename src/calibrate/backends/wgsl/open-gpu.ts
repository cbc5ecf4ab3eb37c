import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { firstLine } from "../first-line.ts";
import { packageVersion } from "../package-version.ts";
import type { Gpu, GpuAdapter, GpuDevice } from "./webgpu.ts";

/** An adapter that can be measured. */
export interface OpenGpu {
  readonly adapter: GpuAdapter;
  /** "NVIDIA L4", or whatever the driver says that it is. */
  readonly name: string;
  /** True for one that runs on the processor: right for tests of correctness, not for measuring. */
  readonly software: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly gpu: Gpu;
}

/** Why there is none, and what to install. */
export interface NoGpu {
  readonly why: string;
  readonly install: string;
}

/** Features and limits of the adapter that the kernels ask for, where it has them. */
const wantedLimits = ["maxBufferSize", "maxStorageBufferBindingSize", "maxComputeWorkgroupStorageSize", "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupSizeX", "maxComputeWorkgroupSizeY"] as const;

/** Timestamps to the nanosecond, not to the tenth of a millisecond that web pages get. */
const dawnOptions = ["disable-dawn-features=timestamp_quantization"];

const driverHint =
  "install the driver of the GPU with Vulkan (Debian: also libvulkan1), and check it with vulkaninfo; to try the kernels without a GPU, run on the processor: " +
  "apt-get install chromium libvulkan1, and set VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json";

/** Kept: were it collected, Dawn would be torn down under its devices. So a process that used it may have to be ended. */
let kept: Gpu | undefined;

/** Looks for Dawn (the package `webgpu`) and an adapter with timestamp queries. Never throws: what is missing is an answer. */
export async function openGpu(): Promise<OpenGpu | NoGpu> {
  let dawn: { create(options: readonly string[]): Gpu };
  try {
    const require = createRequire(import.meta.url);
    dawn = (await import(pathToFileURL(require.resolve("webgpu")).href)) as typeof dawn;
  } catch (error) {
    if ((error as { code?: string }).code === "MODULE_NOT_FOUND" && !/dawn\.node/.test((error as Error).message)) return { why: "the package webgpu is not installed", install: "npm install webgpu" };
    return { why: `the package webgpu has nothing that runs on ${process.platform} ${process.arch} (${firstLine(error)})`, install: "a platform that it is built for: Linux, macOS or Windows on x64 or arm64" };
  }
  let adapter: GpuAdapter | null;
  try {
    kept ??= dawn.create(dawnOptions);
    adapter = await kept.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    return { why: `Dawn could not start (${firstLine(error)})`, install: driverHint };
  }
  if (adapter === null) return { why: "Dawn finds no GPU", install: driverHint };
  const { vendor, architecture, device, description } = adapter.info;
  // Some drivers give the name as the device, some as the description, some a number.
  const text = `${vendor} ${architecture} ${device} ${description}`;
  const software = /swiftshader|llvmpipe|lavapipe|\b(warp|software|cpu)\b/i.test(text);
  const name = nameOf(adapter.info, software);
  if (!adapter.features.has("timestamp-query")) return { why: `${name} has no timestamp queries, so its kernels cannot be timed`, install: "a newer driver, if there is one" };
  return { adapter, name, software, gpu: kept, versions: { webgpu: packageVersion("webgpu"), ...(description !== "" && { driver: description }) } };
}

/** @throws where the adapter refuses what it said it has */
export function openDevice({ adapter }: OpenGpu): Promise<GpuDevice> {
  return adapter.requestDevice({
    requiredFeatures: ["timestamp-query", "shader-f16"].filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]])),
  });
}

function nameOf({ vendor, architecture, device, description }: GpuAdapter["info"], software: boolean): string {
  if (software) return `${/llvmpipe|lavapipe/i.test(description + device) ? "llvmpipe" : architecture || device} (software)`;
  if (/[a-z]{3}/i.test(device)) return device;
  return [vendor, architecture].filter((part) => part !== "").join(" ") || description || "GPU";
}
