import { availableParallelism, cpus, release, totalmem } from "node:os";
import type { SampleHeader } from "../sample.ts";

/** The machine at hand, as sample files and profiles say it: processor, cores, memory, and the system with the version of its kernel. */
export function thisMachine(): SampleHeader["machine"] {
  return { cpu: cpus()[0]?.model.trim() ?? "unknown", cores: availableParallelism(), memoryBytes: totalmem(), os: `${process.platform} ${/^\d+(\.\d+)?/.exec(release())?.[0] ?? ""} ${process.arch}` };
}
