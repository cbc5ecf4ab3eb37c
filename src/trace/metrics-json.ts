import type { Metrics } from "./metrics.ts";

/** About how many characters a chunk has. */
const chunkSize = 1 << 16;

/**
 * A result as JSON text in chunks, so that a million tasks never make one giant string. Joined, the chunks are what
 * `JSON.stringify(metrics)` would give, with a line for each task and step of the critical path.
 * @example
 * for (const chunk of metricsJson(metrics)) process.stdout.write(chunk);
 */
export function* metricsJson(metrics: Metrics): Iterable<string> {
  const { criticalPath, tasks, ...rest } = metrics;
  let chunk = `${JSON.stringify(rest, undefined, 2).slice(0, -2)},\n  "criticalPath": [`;
  for (const [key, items] of [["criticalPath", criticalPath], ["tasks", tasks]] as const) {
    if (key === "tasks") chunk += `],\n  "tasks": [`;
    let separator = "\n    ";
    for (const item of items) {
      chunk += separator + JSON.stringify(item);
      separator = ",\n    ";
      if (chunk.length > chunkSize) {
        yield chunk;
        chunk = "";
      }
    }
  }
  yield `${chunk}]\n}\n`;
}
