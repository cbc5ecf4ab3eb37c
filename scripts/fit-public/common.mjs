/**
 * What the scripts that fit profiles to public measurements share: reading files, and the fit itself. A script exports
 * `load(data)`, which needs nothing of Heddle: a list of sources, each with
 *
 * - `file`: name of the profile; `device` and `provenance` as in it, `provenance.samples` by the files read;
 * - `kernels`: `{ kind, shape, dtype, variant?, ns: [times] }` by the names of the operator catalogue;
 * - `entry(group)`: what is fitted otherwise than by default;
 * - `fitted(kernel)`: which of the kernels that are not held out are fitted on, where not all;
 * - `few(kind)`: where there are too few shapes to choose among models: `{ formula, coefficients }`, those that are fitted;
 * - `opOf(kernel, opOfKernel)`: the operator of a kernel, where the catalogue does not have it.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

const root = new URL("../../", import.meta.url);

/** A text file, unpacked where it is gzipped, with its hash as it lies there. */
export function readText(data, path) {
  const bytes = readFileSync(join(data, path));
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return { path, text: text.replace(/^\uFEFF/, ""), sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Rows of cells; quoted cells may hold commas, line breaks and doubled quotes. Cells are trimmed. */
export function csvRows(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell.trim());
    cell = "";
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ",") endCell();
    else if (character === "\n") {
      endCell();
      rows.push(row);
      row = [];
    } else if (character !== "\r") cell += character;
  }
  if (cell !== "" || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return rows;
}

/** Rows as objects by the names of the first row. */
export function csvTable(text) {
  const [names = [], ...rows] = csvRows(text);
  return rows.filter((row) => row.some((cell) => cell !== "")).map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ""])));
}

/** A positive, finite number; `undefined` for what is none: empty cells, "N/A*", "#DIV/0!", 0. */
export function positive(cell) {
  const value = typeof cell === "string" && cell.trim() === "" ? NaN : Number(cell);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** `provenance.samples` of the files that were read. */
export function fileList(files, rowsOf) {
  return files.map((file) => ({ file: file.path, sha256: file.sha256, rows: rowsOf(file) }));
}

/** How convolutions are fitted: trees and kernel regressions see pixels, window, stride and channels. */
export const convolutionFit = { features: "conv", kernelFeatures: "conv" };

/** Fits all sources of a script, writes their profiles and prints what they are worth, when the script is the one that was started. */
export async function fitWhenStarted(module, load) {
  if (process.argv[1] === undefined || pathToFileURL(process.argv[1]).href !== module) return;
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? otherwise : process.argv[at + 1];
  };
  const data = option("--data", new URL("../shared/data", root).pathname);
  const dist = option("--dist", new URL("dist", root).pathname);
  const out = option("--out", new URL("calibration/profiles", root).pathname);
  const only = option("--only", undefined);
  const from = (path) => import(pathToFileURL(join(dist, path)).href);
  const { fitProfile, profileText } = await from("calibrate/fit/fit-profile.js");
  const { opOfKernel } = await from("calibrate/op-of-kernel.js");
  const tools = Object.assign({}, ...await Promise.all(["calibrate/hold-out.js", "calibrate/fit/points.js", "calibrate/fit/robust.js", "calibrate/fit/fit-formula.js", "cost/profile/formulas.js", "cost/profile/profile-model.js"].map(from)));
  for (const { file, device, provenance, kernels, entry, opOf, few, fitted = () => true } of load(data)) {
    if (only !== undefined && !file.includes(only)) continue;
    console.log(`${file}: ${kernels.length} measurements`);
    const samples = kernels.filter((kernel) => tools.isHeldOut(kernel) || fitted(kernel)).map((kernel) => ({ round: 0, ...kernel }));
    const operator = opOf ? (kernel) => opOf(kernel, opOfKernel) : opOfKernel;
    const onEntry = (one) => console.log(lineOf(one));
    const profile = few === undefined
      ? await fitProfile(samples, { device, provenance, entry, opOf: operator, onEntry })
      : { format: "heddle-profile/1", device, provenance, entries: tools.groupPoints(samples, device.figures, operator).map((group) => entryOfFew(group, few(group.kind), tools)) };
    if (few !== undefined) profile.entries.forEach(onEntry);
    const text = profileText(profile);
    writeFileSync(join(out, file), text);
    console.log(`  ${Math.round(text.length / 1000)} kB`);
  }
}

/** A formula of the named coefficients, fitted to the few shapes that are not held out. */
function entryOfFew({ kind, dtype, points }, { formula: name, coefficients }, { formulas, fitFormula, evaluate, errorFigures, rounded }) {
  const [given, heldOut] = [false, true].map((side) => points.filter((point) => point.heldOut === side));
  const formula = formulas.get(name);
  const model = { base: fitFormula({ ...formula, coefficients: (works) => formula.coefficients(works).filter((one) => coefficients.includes(one.name)) }, given) };
  const timeOf = evaluate(model);
  const errorOf = (list) => {
    const { mean, median, p90 } = errorFigures(list.map((point) => timeOf(point).ns), list.map(({ ns }) => ns));
    return { mean: rounded(mean), median: rounded(median), p90: rounded(p90) };
  };
  const span = (of) => [Math.min(...given.map(of)), Math.max(...given.map(of))];
  return {
    kind, dtype, model, sigma: errorOf(given).mean,
    range: {
      extents: Object.fromEntries(Object.keys(given[0].op.shape).sort().map((extent) => [extent, span(({ op }) => op.shape[extent])])),
      flops: span(({ op }) => op.flops), bytes: span(({ op }) => op.readBytes + op.writeBytes),
    },
    points: given.length, ...(heldOut.length > 0 && { error: { heldOut: heldOut.length, ...errorOf(heldOut) } }),
  };
}

function lineOf({ kind, dtype, variant, model, points, error }) {
  const percent = (value) => `${(100 * value).toFixed(1)}`.padStart(6);
  const figures = (of) => (of === undefined ? "" : `${percent(of.mean)}${percent(of.median)}${percent(of.p90)}`);
  const name = [kind, dtype, variant].filter(Boolean).join(" ");
  return `  ${name.padEnd(34)} ${[model.base.formula, ...(model.residuals ?? []).map(({ type }) => type)].join(" × ").padEnd(34)} ${String(points).padStart(5)}`
    + (error === undefined ? "" : ` + ${String(error.heldOut).padStart(4)} ${figures(error)}   roofline ${figures(error.baselines?.roofline)}   trees ${figures(error.baselines?.trees)}`);
}
