import type { Issue, Warning } from "../base/errors.ts";
import { placeText } from "../core/threads/code-position.ts";
import type { Position } from "../core/threads/thread-spec.ts";

/** Keys and list indices from the root of the scenario. */
export type Path = readonly (string | number)[];

/** A place in what was written; `offset` counts characters in the text of the value there. */
export interface Place {
  readonly path: Path;
  readonly offset?: number;
}

/** Finds where a place was written: file, line and column. */
export type Locate = (place: Place, part?: "key" | "value") => { readonly file: string; readonly line?: number; readonly column?: number } | undefined;

/** Most problems that programs are reported with. */
const issueLimit = 100;

/** Collects what is wrong with programs and their sections, each with its position. */
export class Issues {
  readonly all: Issue[] = [];
  readonly warnings: Warning[] = [];
  readonly #locate: Locate;
  readonly #told = new Set<string>();

  constructor(locate: Locate = () => undefined) {
    this.#locate = locate;
  }

  /** The same problem at the same place is told once: programs are compiled for each group that runs them. */
  add(code: string, message: string, place: Place, hint?: string, part: "key" | "value" = "value"): void {
    const key = `${code}\n${message}\n${JSON.stringify(place)}`;
    if (this.all.length >= issueLimit || this.#told.has(key)) return;
    this.#told.add(key);
    this.all.push({ code, message, ...this.#locate(place, part), path: place.path, ...(hint !== undefined && { hint }) });
  }

  /** What may be meant, but probably is not. */
  warn(code: string, message: string, place: Place): void {
    const where = placeText(this.position(place));
    const warning: Warning = { code, message: where === "" ? message : `${message} (${where})` };
    if (!this.warnings.some((told) => told.message === warning.message)) this.warnings.push(warning);
  }

  /** Line and column from 1; 0 where the place was not written in a file. */
  position(place: Place): Position {
    const found = this.#locate(place);
    return { file: found?.file ?? "", line: found?.line ?? 0, column: found?.column ?? 0 };
  }
}
