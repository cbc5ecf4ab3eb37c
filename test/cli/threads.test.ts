import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { heddle, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));

/** Two threads that take two locks in opposite order; line 6 is where the first one is stuck. */
const circle = `name: circle
programs:
  first:
    - lock: a
    - compute: 10us
    - lock: b
  second:
    - lock: b
    - compute: 10us
    - lock: a
threads: {first: 1, second: 1}
locks: [a, b]
cores: 2
threadCosts: none
`;
const racing = (watch = "") => `name: race
programs:
  worker:
    - compute: 6us
    - write: sum
threads: {worker: 2}
data: {sum: 8B}
cores: 2
${watch}
`;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe("runs with threads", () => {
  it("a deadlock ends with exit code 1, its position, the results, and files that are whole", async () => {
    const scenario = file("circle.yaml", circle);
    const [svg, trace] = [join(folder, "circle.svg"), join(folder, "circle.json")];
    const { code, out, err } = await heddle("run", scenario, "--timeline", svg, "--trace", trace);
    expect(code).toBe(1);
    expect(err).toMatch(/^\S*circle\.yaml:(6|10):7: error\[deadlock\]: deadlock since 10\.0 µs:\n/);
    expect(err).toContain(`first (${scenario}:6:7) waits for b, which second holds`);
    expect(out).toContain("makespan     none: stopped by a deadlock at 10.0 µs");
    expect(readFileSync(svg, "utf8")).toContain("deadlock 10.0 µs");
    expect((await heddle("verify", trace)).code).toBe(0);
    const drawn = join(folder, "again.svg");
    expect((await heddle("render", trace, "-o", drawn)).code).toBe(0);
    expect(readFileSync(drawn, "utf8")).toBe(readFileSync(svg, "utf8"));
    expect((await heddle("explain", trace)).out).toContain(`first (${scenario}:6:7) waits for b`);
  });

  it("as JSON it has the findings, the errors and the results up to then", async () => {
    const { code, out, err } = await heddle("run", file("circle.yaml", circle), "--format", "json");
    expect([code, err]).toEqual([1, ""]);
    const result = JSON.parse(out) as { complete: boolean; errors: unknown[]; threads: { endNs: number; findings: unknown[]; groups: unknown[] } };
    expect(result).toMatchObject({ schemaVersion: 1, complete: false, errors: [{ code: "deadlock", column: 7 }], threads: { endNs: 10_000, findings: [{ kind: "deadlock", severity: "error", parts: [{ column: 7 }, { column: 7 }] }] } });
    expect(result.threads.groups).toHaveLength(2);
  });

  it("a race is a warning, and fails the run where the scenario says so", async () => {
    const warned = await heddle("run", file("race.yaml", racing()));
    expect([warned.code, warned.err]).toEqual([0, ""]);
    expect(warned.out).toContain("warning[data-race]: data race on sum: worker[0] writes it at");
    const failed = await heddle("run", file("race.yaml", racing("watch: {races: error}")));
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/race\.yaml:5:7: error\[data-race\]: data race on sum/);
    expect(failed.out).toContain("makespan");
  });

  it("saved runs of other programs are not compared", async () => {
    const traces = ["dining-philosophers", "producer-consumer"].map((name) => join(folder, `${name}.json`));
    for (const trace of traces) await heddle("run", `scenarios/programs/${trace.slice(folder.length + 1, -".json".length)}.yaml`, "--trace", trace);
    const { code, out, err } = await heddle("diff", ...traces);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/error\[nothing-in-common\]: the runs of "Dining philosophers" and "Producers and consumers" have no group of threads in common\n/);
  });

  it("a run that deadlocked has no makespan to compare", async () => {
    const dining = "scenarios/programs/dining-philosophers.yaml";
    const traces = [join(folder, "stuck.json"), join(folder, "dined.json")];
    expect((await heddle("run", dining, "--trace", traces[0]!)).code).toBe(1);
    expect((await heddle("run", dining, "--set", "threads.philosopher.with.cure=1", "--trace", traces[1]!)).code).toBe(0);
    const { code, out } = await heddle("diff", ...traces);
    expect(code).toBe(0);
    expect(out).toMatch(/^makespan {2}none: stopped by a deadlock at [\d.]+ [µm]s → [\d.]+ [µm]s\n/);
    const data = JSON.parse((await heddle("diff", ...traces, "--format", "json")).out) as Record<string, unknown>;
    expect(data).toMatchObject({ before: { stopped: expect.stringMatching(/deadlock/) as string } });
    expect(data).not.toHaveProperty("makespanChangeNs");
    expect(data).not.toHaveProperty("makespanRatio");
  });

  it("two saved runs are compared, and CSV has a line an object", async () => {
    const scenario = "scenarios/programs/lock-designs.yaml";
    const traces: string[] = [];
    for (const kind of ["ticket", "mcs"]) {
      traces.push(join(folder, `${kind}.json`));
      expect((await heddle("run", scenario, "--set", `locks.table.kind=${kind}`, "--set", "programs.worker.0.repeat=50", "--trace", traces.at(-1)!, "--csv", join(folder, "locks.csv"))).code).toBe(0);
    }
    expect(readFileSync(join(folder, "locks.csv"), "utf8")).toMatch(/^object,kind,.*\r\ntable,mutex,mcs,400,/);
    const { code, out } = await heddle("diff", ...traces);
    expect(code).toBe(0);
    expect(out).toMatch(/^makespan .* → .*\nthreads {3}8 threads \(fair\) → 8 threads \(fair\)/);
    expect(out).toMatch(/waited for +before +after +change\ntable/);
    expect(existsSync(traces[0]!)).toBe(true);
  });
});
