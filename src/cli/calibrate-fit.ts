import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { InputError } from "../base/errors.ts";
import { measuredOn } from "../calibrate/measured-on.ts";
import { medianLoad } from "../calibrate/measure/busy.ts";
import { parseSamples, type Sample, type SampleFile, type SampleHeader } from "../calibrate/sample.ts";
import { samplesFromText } from "../calibrate/samples-from-csv.ts";
import type { LeftOut } from "../calibrate/fit/fit-profile.ts";
import type { Profile } from "../cost/profile/profile.ts";
import { leftOutText } from "../cost/profile/profile-text.ts";
import { fitThreadCosts, type WrittenThreadCosts } from "./calibrate-threads.ts";
import type { Io, Values } from "./command.ts";
import { checkWritable, writeWhole } from "./files.ts";
import { profileTarget, threadCostsTarget, type ProfileOrigin } from "./profile-target.ts";
import { Progress } from "./progress.ts";

/** What a profile was made of, for the result in JSON. */
export interface FittedProfile {
  readonly profile: string;
  readonly device: string;
  readonly kinds: readonly { readonly kind: string; readonly dtype: string; readonly variant?: string; readonly points: number; readonly leftOut?: number; readonly error?: Profile["entries"][number]["error"] }[];
  /** Kinds that were measured, with too few shapes for a model. */
  readonly tooFew: readonly LeftOut[];
}

/** What was read of a file that `--from` names. */
interface FittedFile {
  readonly file: string;
  readonly sha256: string;
  readonly samples: readonly Sample[];
  readonly device: Profile["device"];
  readonly provenance: Omit<Profile["provenance"], "samples">;
  /** Where they are of what threads cost, and not of operators. */
  readonly ofThreads?: SampleFile;
}

/** `--from`: sample files, all of one device, or tables of the user's own. */
export async function fitSampleFiles(files: readonly string[], values: Values, io: Io): Promise<number> {
  const json = values["format"] === "json";
  const kind = (values["device-kind"] as Profile["device"]["kind"] | undefined) ?? "gpu";
  const choices = ["cpu", "gpu", "tpu", "fpga", "npu"];
  if (!choices.includes(kind)) throw new InputError({ code: "bad-flag", message: `--device-kind is one of ${choices.join(", ")}, not "${kind}"` });
  const read = files.map((file) => readSamples(file, { map: values["map"] as string | undefined, device: values["device"] as string | undefined, kind }));
  const fitted = await fitFiles(read, values["profile"] as string | undefined, io, json, false);
  if (json) io.out(`${JSON.stringify({ schemaVersion: 1, profiles: [fitted] }, null, 2)}\n`);
  return 0;
}

/** Fits a profile to a sample file that was just measured; else as {@link fitSampleFiles}. */
export function fitMeasured(file: string, profileFile: string | undefined, io: Io, quiet: boolean): Promise<FittedProfile | WrittenThreadCosts> {
  return fitFiles([readSamples(file, {})], profileFile, io, quiet, true);
}

/**
 * The profile is written whole or not at all.
 * @param goesOn the same command would measure more
 * @throws {InputError} when the files are of different devices, or there are too few points.
 */
async function fitFiles(read: readonly FittedFile[], profileFile: string | undefined, io: Io, quiet: boolean, goesOn: boolean): Promise<FittedProfile | WrittenThreadCosts> {
  const { device, provenance, ofThreads } = read[0]!;
  const other = read.find((file) => file.device.name !== device.name);
  if (other !== undefined) throw new InputError({ code: "several-devices", message: `${other.file} is of ${other.device.name}, ${read[0]!.file} of ${device.name}`, hint: "a profile is of one device: fit them one by one" });
  const unlike = read.find((file) => (file.ofThreads === undefined) !== (ofThreads === undefined));
  if (unlike !== undefined) throw new InputError({ code: "several-profiles", message: `of ${read[0]!.file} and ${unlike.file}, one is of operators and one of what threads cost`, hint: "these are two profiles: fit them one by one" });
  if (ofThreads !== undefined) return fitThreadCosts({ ...ofThreads, samples: read.flatMap(({ samples }) => samples) }, read[0]!.file, profileFile, io, quiet);
  const target = profileFile ?? profileTarget({ device: device.name, source: provenance.source, backend: provenance.backend });
  checkWritable(target);
  const progress = new Progress(io, undefined);
  const { fitProfile, profileText } = await import("../calibrate/fit/fit-profile.ts");
  progress.show("fitting");
  const load = medianLoad(read.flatMap(({ samples }) => samples));
  const tooFew: LeftOut[] = [];
  const profile = await fitProfile(read.flatMap(({ samples }) => samples), {
    device, provenance: { ...provenance, ...(load !== undefined && { load }), samples: read.map(({ file, sha256, samples }) => ({ file: basename(file), sha256, rows: samples.length })) },
    onEntry: ({ kind }) => progress.show(`fitting: ${kind}`), onTooFew: (left) => tooFew.push(left),
  });
  progress.clear();
  await writeWhole(target, [profileText(profile)]);
  if (!quiet) io.out(`${fittedText(profile, target)}${tooFewText(tooFew, goesOn)}`);
  return { profile: target, device: device.name, kinds: profile.entries.map(({ kind, dtype, variant, points, leftOut, error }) => ({ kind, dtype, ...(variant !== undefined && { variant }), points, ...(leftOut !== undefined && { leftOut }), ...(error && { error }) })), tooFew };
}

const unreadable: Readonly<Record<string, string>> = { ENOENT: "there is no such file", ENOTDIR: "there is no such file", EISDIR: "it is a folder", EACCES: "no permission" };

function readSamples(file: string, table: { readonly map?: string | undefined; readonly device?: string | undefined; readonly kind?: Profile["device"]["kind"] }): FittedFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new InputError({ code: "no-file", message: `cannot read ${file}: ${unreadable[(error as NodeJS.ErrnoException).code ?? ""] ?? (error as Error).message}` });
  }
  const text = bytes.toString("utf8");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (!text.trimStart().startsWith("{")) {
    const samples = samplesFromText(text, { file, ...(table.map !== undefined && { map: table.map }) });
    const kind = table.kind ?? "gpu";
    if (kind !== "cpu" && samples.some(({ threads }) => threads !== undefined)) throw new InputError({ code: "conflicting-flags", message: `--map names threads, and a ${kind} has none to choose`, hint: "--device-kind cpu" });
    return { file, sha256, samples, device: { name: table.device ?? basename(file).replace(/\.\w+$/, ""), kind, figures: {} }, provenance: { date: "not stated", source: `the table ${basename(file)}` } };
  }
  const parsed = parseSamples(text, file);
  const { header, samples } = parsed;
  const { device, backend, date, versions, note } = header;
  return {
    file, sha256, samples,
    device: { name: device, kind: onProcessor(backend) ? "cpu" : "gpu", figures: {} },
    provenance: { date, source: measuredOn(header), backend, versions: { ...versions }, ...(note !== undefined && { note }) },
    ...(backend === "host" && { ofThreads: parsed }),
  };
}

/** @throws {InputError} where the profile of samples with this header would take the place of another one's. */
export function checkTarget(header: SampleHeader): void {
  const origin: ProfileOrigin = { device: header.device, source: measuredOn(header), backend: header.backend };
  checkWritable(header.backend === "host" ? threadCostsTarget(origin) : profileTarget(origin));
}

function onProcessor(backend: string): boolean {
  return ["ort", "host", "tfjs-node", "tfjs-wasm"].includes(backend);
}

/** What has no model, though it was measured. */
function tooFewText(tooFew: readonly LeftOut[], goesOn: boolean): string {
  if (tooFew.length === 0) return "";
  const list = tooFew.map(({ kind, variant, dtype, shapes, needed }) => `${[kind, variant, ...(dtype === "f32" ? [] : [dtype])].filter((part) => part !== undefined).join(" ")} (${shapes} of ${needed})`);
  return `measured, but too few shapes to fit: ${list.join(", ")}${goesOn ? "; the same command goes on" : ""}\n`;
}

/** The error on shapes that were held out, by kind. */
function fittedText({ device, entries }: Profile, file: string): string {
  const percent = (share: number | undefined): string => (share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);
  const rows = entries.map(({ kind, dtype, variant, points, error }) => [[kind, variant].filter((part) => part !== undefined).join(" "), dtype, String(points), String(error?.heldOut ?? 0), percent(error?.median), percent(error?.mean), percent(error?.p90)]);
  const head = ["operator", "type", "points", "held out", "median", "mean", "p90"];
  const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => `  ${row.map((text, column) => (column < 2 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join("  ").trimEnd()}\n`;
  return `profile of ${device.name}: ${file}\nerror on shapes that were held out:\n${line(head)}${rows.map(line).join("")}${leftOutText(entries)}`;
}
