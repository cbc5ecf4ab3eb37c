import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { HeddleError, Issue } from "../base/errors.ts";

/**
 * The issues of an error; where it was caused by code of the user's (a policy that threw), with the place in that code.
 * @param own folder of Heddle's own code: frames in it are passed over
 */
export function issuesOf(error: HeddleError, own = new URL(".", import.meta.url).href): readonly Issue[] {
  const place = thrownAt(error.cause, own);
  return place === undefined ? error.issues : error.issues.map((issue) => (issue.file === undefined ? { ...issue, ...place } : issue));
}

function thrownAt(cause: unknown, own: string): Pick<Issue, "file" | "line" | "column"> | undefined {
  if (!(cause instanceof Error) || typeof cause.stack !== "string") return undefined;
  for (const [, url, line, column] of cause.stack.matchAll(/\(?(file:\/\/[^\s()]+):(\d+):(\d+)\)?$/gm)) {
    if (url!.startsWith(own)) continue;
    const path = fileURLToPath(url!);
    const near = relative(process.cwd(), path);
    return { file: near.startsWith("..") ? path : near, line: Number(line), column: Number(column) };
  }
  return undefined;
}
