import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The compiled `kernels/threads/host.ts`. */
export interface ThreadKernels {
  readonly hostItems: readonly { readonly name: string; readonly micro: string; readonly unit: "ns" | "B/ns"; readonly threads: number }[];
  measureHostItems(micro: string, timeoutMs: number, code: URL): Promise<{ readonly runs: ReadonlyMap<string, { readonly samples: readonly number[]; readonly others: number | null }>; readonly failure?: string }>;
}

/** Folder of the compiled thread kernels: beside the bundle. */
export const threadCode = new URL("./threads/", import.meta.url);

/** The thread kernels; undefined where they are not built. */
export async function threadKernels(): Promise<ThreadKernels | undefined> {
  const entry = new URL("host.mjs", threadCode);
  return existsSync(fileURLToPath(entry)) ? ((await import(entry.href)) as ThreadKernels) : undefined;
}
