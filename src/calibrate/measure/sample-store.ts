import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../../base/errors.ts";
import { formatBytes } from "../../base/units.ts";
import { parseSamples, sampleLine, type Sample, type SampleFailure, type SampleFile, type SampleHeader } from "../sample.ts";
import { versionDifferences } from "./version-differences.ts";

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
   * @throws {InputError} as {@link samplesBefore}, and where it cannot be written.
   */
  constructor(file: string, header: SampleHeader) {
    const { text, whole, samples } = readBefore(file, header);
    this.before = samples;
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

/**
 * What an earlier call measured into a file; nothing, where there is no such file.
 * @param header of what is to be measured now
 * @throws {InputError} when it holds something else, or was measured on another machine or with other versions: samples
 * of two in one file would be fitted as one.
 */
export function samplesBefore(file: string, header: SampleHeader): SampleFile {
  return readBefore(file, header).samples;
}

function readBefore(file: string, header: SampleHeader): { readonly text: string; readonly whole: string; readonly samples: SampleFile } {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole === "") return { text, whole, samples: { header, samples: [], failures: [] } };
  const samples = parseSamples(whole, file);
  const differs = differences(samples.header, header);
  if (differs.length > 0) throw new InputError({ code: "other-samples", file, message: `the samples in it are of another machine or of other versions: ${differs.join("; ")}`, hint: "nothing was added to it; measure into a folder of your own with --out FOLDER" });
  return { text, whole, samples };
}

/** The memory that a system says it has changes by a little from start to start. */
const sameMemory = 0.05;

/** What says that two headers are not of the same machine, or not of the same versions up to their patches. */
function differences(before: SampleHeader, now: SampleHeader): string[] {
  const differs: string[] = [];
  const compare = (what: string, was: string | number | undefined, is: string | number | undefined): void => {
    if (was !== is) differs.push(`${what} was ${shown(was)} and is ${shown(is)}`);
  };
  compare("backend", before.backend, now.backend);
  compare("device", before.device, now.device);
  for (const part of ["cpu", "cores", "os"] as const) {
    // The device is often the processor, and was compared; a file of another program may say less of its machine.
    const told = before.machine[part] !== undefined && now.machine[part] !== now.device;
    if (told) compare(part, before.machine[part], now.machine[part]);
  }
  const [was, is] = [before.machine.memoryBytes, now.machine.memoryBytes];
  if (Math.abs(was - is) > sameMemory * Math.max(was, is)) differs.push(`memory was ${formatBytes(was)} and is ${formatBytes(is)}`);
  for (const { name, was, is } of versionDifferences(before.versions, now.versions)) compare(name, was, is);
  return differs;
}

function shown(value: string | number | undefined): string {
  return value === undefined ? "not there" : /^\d[\w.]*$/.test(String(value)) ? String(value) : `"${value}"`;
}
