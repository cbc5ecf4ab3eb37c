import { pathToFileURL } from "node:url";
import { thrownText } from "../../base/errors.ts";
import type { Backend } from "../backend.ts";
import { backends } from "../backends/index.ts";
import type { BackendName } from "../backends/names.ts";
import type { Answer, Request } from "./messages.ts";
import { work } from "./work.ts";

/** The process that measures: one request after the other, until its parent is gone. Backends print nothing that anybody reads. */
// eslint-disable-next-line no-restricted-properties -- a backend may hold the process open for ever
process.on("disconnect", () => process.exit());
let last: Promise<void> = Promise.resolve();
process.on("message", (request: Request) => {
  last = last.then(() => answer(request)).catch((error: unknown) => send({ failed: thrownText(error) }));
});

async function answer(request: Request): Promise<void> {
  const backend = await load(request.backend);
  if (request.ask === "describe") {
    const available = await backend.available();
    return send({ description: { summary: backend.summary, available, batch: backend.batch, kernels: available.ok ? backend.kernels(request.wish) : [] } });
  }
  send({ begun: true, cpuNs: cpuNs() });
  for await (const outcome of backend.measure(request.kernels, request.options)) send({ outcome, cpuNs: cpuNs() });
  send({ done: true, cpuNs: cpuNs(), stepNs: stepNs() });
}

/** A backend of the table, or one of a module: a path, with the name of an export after "#". */
async function load(name: string): Promise<Backend> {
  if (Object.hasOwn(backends, name)) return backends[name as BackendName]();
  const [file, exported = "backend"] = name.split("#");
  const module = (await import(pathToFileURL(file!).href)) as Readonly<Record<string, Backend>>;
  return module[exported]!;
}

function send(answer: Answer): void {
  process.send?.(answer);
}

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** The fastest of many short pieces of work: the first ones run before the compiler has seen them. */
function stepNs(): number {
  const steps = 20_000;
  let [fastest, kept] = [Infinity, 1];
  for (let i = 0; i < 150; i++) {
    const start = process.hrtime.bigint();
    kept = work(steps, kept);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / steps);
  }
  if (kept === 0.5) throw new Error("cannot be: the work is on whole numbers");
  return fastest;
}
