import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../../base/errors.ts";
import { parseSamples, sampleLine, type Sample, type SampleFailure, type SampleFile, type SampleHeader } from "../sample.ts";

/**
 * A sample file that grows by whole lines: a process that is killed leaves at most a piece of one, which the next opening
 * takes off.
 */
export class SampleStore {
  /** What was in the file when it was opened. */
  readonly before: SampleFile;
  readonly #descriptor: number;

  /**
   * Opens a file, or begins it.
   * @throws {InputError} when it holds something else, or was measured on another device or with other versions.
   */
  constructor(file: string, header: SampleHeader) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    this.before = whole === "" ? { header, samples: [], failures: [] } : parseSamples(whole, file);
    if (whole !== "") refuseOther(file, this.before.header, header);
    try {
      mkdirSync(dirname(file), { recursive: true });
      this.#descriptor = openSync(file, "a");
    } catch (error) {
      throw new InputError({ code: "cannot-write", message: `cannot write ${file}: ${(error as Error).message}` });
    }
    if (whole.length < text.length) ftruncateSync(this.#descriptor, Buffer.byteLength(whole));
    if (whole === "") this.#write(sampleLine(header));
  }

  append(line: Sample | SampleFailure): void {
    this.#write(sampleLine(line));
  }

  close(): void {
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
  }
}

/** Samples of two devices or versions in one file would be fitted as one. */
function refuseOther(file: string, before: SampleHeader, now: SampleHeader): void {
  const differs = (["backend", "device"] as const).filter((key) => before[key] !== now[key]).map((key) => `${key} was "${before[key]}" and is "${now[key]}"`);
  for (const name of new Set([...Object.keys(before.versions), ...Object.keys(now.versions)])) {
    if (before.versions[name] !== now.versions[name]) differs.push(`${name} was ${before.versions[name] ?? "not there"} and is ${now.versions[name] ?? "not there"}`);
  }
  if (differs.length > 0) throw new InputError({ code: "other-samples", file, message: `the samples in it were measured elsewhere: ${differs.join("; ")}`, hint: "measure into another folder with --out, or remove the file" });
}
