import { suggestion } from "../base/registry.ts";
import type { ReadDistribution, ReadValue } from "./forms.ts";
import type { Issues, Path } from "./place.ts";

export const distributionKinds = ["uniform", "exponential", "lognormal", "normal", "erlang", "choice"] as const;

/** Parameters of each kind; where there is one, it may stand alone. */
const parametersOf: Readonly<Record<ReadDistribution["kind"], readonly string[]>> = {
  uniform: ["low", "high"], exponential: ["mean"], lognormal: ["mean", "spread"], normal: ["mean", "deviation"], erlang: ["mean", "shape"], choice: ["values", "chances"],
};
const examples: Readonly<Record<ReadDistribution["kind"], string>> = {
  uniform: "{uniform: [1us, 3us]}", exponential: "{exponential: 10us}", lognormal: "{lognormal: {mean: 10us, spread: 0.5}}", normal: "{normal: {mean: 10us, deviation: 1us}}", erlang: "{erlang: {mean: 10us, shape: 4}}", choice: "{choice: {values: [1us, 9us], chances: [0.9, 0.1]}}",
};

/** Reads `{exponential: 10us, source: arrivals}` and its like. */
export function readDistribution(plain: Readonly<Record<string, unknown>>, path: Path, issues: Issues, readValue: (plain: unknown, path: Path, issues: Issues) => ReadValue | undefined): ReadDistribution | undefined {
  const kinds = distributionKinds.filter((kind) => Object.hasOwn(plain, kind));
  const [kind] = kinds;
  const unknown = Object.keys(plain).filter((key) => key !== "source" && !kinds.includes(key as ReadDistribution["kind"]));
  if (kind === undefined) {
    const [key] = unknown;
    issues.add(key === undefined ? "bad-value" : "unknown-key", key === undefined ? "a distribution is missing" : `there is no distribution ${JSON.stringify(key.slice(0, 60))}`, { path: key === undefined ? path : [...path, key] }, suggestion(key ?? "", distributionKinds), key === undefined ? "value" : "key");
    return undefined;
  }
  for (const key of unknown) issues.add("unknown-key", `a distribution has no ${JSON.stringify(key.slice(0, 60))}`, { path: [...path, key] }, suggestion(key, [...distributionKinds, "source"]), "key");
  if (kinds.length > 1) issues.add("conflicting-keys", `a value is drawn from ${kind} or from ${kinds[1]}`, { path: [...path, kinds[1]!] }, "keep one of them", "key");
  const source = plain["source"];
  if (source !== undefined && (typeof source !== "string" || source === "")) issues.add("wrong-type", "source must be a name", { path: [...path, "source"] });
  const given = written(kind, plain[kind], [...path, kind]);
  if (given === undefined) {
    issues.add("wrong-type", `${kind} needs ${parametersOf[kind].join(" and ")}`, { path: [...path, kind] }, `for example ${examples[kind]}`);
    return undefined;
  }
  const parameters: Record<string, ReadValue | readonly ReadValue[]> = {};
  for (const [name, { plain: inner, path: at }] of Object.entries(given)) {
    if (kind !== "choice") {
      const read = readValue(inner, at, issues);
      if (read) parameters[name] = read;
    } else if (Array.isArray(inner) && inner.length > 0 && inner.length <= 1000) {
      const read = inner.map((item: unknown, i) => readValue(item, [...at, i], issues)).filter((value) => value !== undefined);
      if (read.length === inner.length) parameters[name] = read;
    } else issues.add("wrong-type", `${name} must be a list of 1 to 1000 values`, { path: at });
  }
  const complete = Object.keys(parameters).length === parametersOf[kind].length;
  return complete ? { kind, parameters, ...(typeof source === "string" && source !== "" && { source }) } : undefined;
}

/** What stands for each parameter; undefined where one is missing or there is one too many. */
function written(kind: ReadDistribution["kind"], plain: unknown, path: Path): Record<string, { readonly plain: unknown; readonly path: Path }> | undefined {
  const names = parametersOf[kind];
  const isList = Array.isArray(plain);
  if (typeof plain === "object" && plain !== null && !isList) {
    const given = plain as Record<string, unknown>;
    const fits = Object.keys(given).length === names.length && names.every((name) => Object.hasOwn(given, name));
    return fits ? Object.fromEntries(names.map((name) => [name, { plain: given[name], path: [...path, name] }])) : undefined;
  }
  const listed: readonly unknown[] = isList ? (plain as readonly unknown[]) : [plain];
  if (listed.length !== names.length || plain === null || plain === undefined) return undefined;
  return Object.fromEntries(names.map((name, i) => [name, { plain: listed[i], path: isList ? [...path, i] : path }]));
}
