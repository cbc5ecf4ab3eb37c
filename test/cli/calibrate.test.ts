import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { measuredWarnings } from "../../src/cli/calibrate-measure.ts";
import { sampleLine } from "../../src/calibrate/sample.ts";
import { profileSummary } from "../../src/cost/profile/profile-text.ts";
import { readProfile } from "../../src/cost/profile/read-profile.ts";
import { readCostProfile } from "../../src/programs/cost-profile.ts";
import { heddle, spawnHeddle } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-calibrate-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

/** A device of 2 flops and 8 bytes a nanosecond, after 500 ns. */
function samples(device = "made up", spike = 1): string {
  const header = { format: "heddle-samples/1" as const, device, backend: "ort", date: "2026-01-31", machine: { cpu: device, cores: 2, memoryBytes: 1e9, os: "linux" }, versions: {} };
  const lines = Array.from({ length: 40 }, (_, i) => {
    const elements = 64 * Math.round(1.25 ** (i + 8));
    const ns = 500 + (elements * 8) / 8;
    return sampleLine({ kind: "relu", shape: { elements }, dtype: "f32", threads: 1, round: 0, ns: [ns, ns, ns, ns, i === 20 ? ns * spike : ns] });
  });
  return sampleLine(header) + lines.join("");
}

describe("heddle calibrate", () => {
  it("fits samples, and says how far it is off on what was held out", async () => {
    writeFileSync(file("ort.jsonl"), samples());
    const { code, out } = await heddle("calibrate", "--from", file("ort.jsonl"), "--profile", file("a.json"));
    expect(code).toBe(0);
    expect(out).toMatch(/^profile of made up: .*a\.json\nerror on shapes that were held out:\n {2}operator +type +points +held out +median +mean +p90\n {2}relu +f32/);
    const profile = readProfile(readFileSync(file("a.json"), "utf8"), file("a.json"));
    expect(profile.provenance.samples).toMatchObject([{ file: "ort.jsonl", rows: 40 }]);
    // The same samples give the same bytes; a spike changes nothing but their hash.
    await heddle("calibrate", "--from", file("ort.jsonl"), "--profile", file("b.json"));
    expect(readFileSync(file("b.json"), "utf8")).toBe(readFileSync(file("a.json"), "utf8"));
    writeFileSync(file("spike.jsonl"), samples("made up", 1e5));
    await heddle("calibrate", "--from", file("spike.jsonl"), "--profile", file("c.json"));
    expect(readProfile(readFileSync(file("c.json"), "utf8"), "c.json").entries[0]!.model).toEqual(profile.entries[0]!.model);
  });

  it("lists what was measured at too few shapes, and keeps how busy the machine was", async () => {
    const gelu = Array.from({ length: 3 }, (_, i) => sampleLine({ kind: "gelu", shape: { elements: 1024 * (i + 2) }, dtype: "f32", threads: 1, round: 0, ns: [1000], load: 0.4 }));
    writeFileSync(file("few-gelu.jsonl"), samples() + gelu.join(""));
    const { out, err } = await heddle("calibrate", "--from", file("few-gelu.jsonl"), "--profile", file("few-gelu.json"));
    expect(err).toBe("");
    expect(out).toMatch(/\nmeasured, but too few shapes to fit: gelu \([123] of 5\)\n$/);
    const profile = readProfile(readFileSync(file("few-gelu.json"), "utf8"), "few-gelu.json");
    expect(profile.provenance.load).toBe(0.4);
    expect(profileSummary(profile)).toMatch(/\nload {8}other programs had 40\.0% of all cores meanwhile \(median\)\n/);
    const json = JSON.parse((await heddle("calibrate", "--from", file("few-gelu.jsonl"), "--profile", file("few-gelu.json"), "--format", "json")).out);
    expect(json.profiles[0].tooFew).toMatchObject([{ kind: "gelu", dtype: "f32", needed: 5 }]);
  });

  it("refuses to go on with samples of another machine before it measures, and changes nothing", async () => {
    const header = { format: "heddle-samples/1" as const, device: "made up", backend: "host", date: "2026-01-31", machine: { cpu: "made up", cores: 999, memoryBytes: 1e9, os: "plan9" }, versions: {} };
    writeFileSync(file("host.jsonl"), sampleLine(header));
    const { code, err } = await spawnHeddle(["calibrate", "--backend", "host", "--out", folder, "--budget", "1s"], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toMatch(/host\.jsonl: error\[other-samples\]: .*device was "made up" and is .*cores was 999 and is \d+; os was "plan9" and is .*memory was .*\n {2}hint: .*--out FOLDER/);
    expect(readFileSync(file("host.jsonl"), "utf8")).toBe(sampleLine(header));
    expect(existsSync(file("calibration"))).toBe(false);
  });

  it("warns, once a backend, of a machine that was busy", () => {
    const measured = (name: string, load?: number) => ({ name, available: { ok: true as const, device: "d", versions: {} }, failures: [], result: { end: "time" as const, samples: 9, failures: 0, ...(load !== undefined && { load }) } });
    expect(measuredWarnings([measured("ort", 0.3), measured("host"), measured("wgsl", 0.05), { name: "cuda", available: { ok: false, why: "no GPU", install: "one" }, failures: [] }])).toMatchObject([{ code: "busy-machine", message: expect.stringMatching(/^ort: other programs had 30\.0 %/) }]);
  });

  it("wants all extents of a table's kinds", async () => {
    writeFileSync(file("no-k.csv"), "M,N,ms\n64,64,0.1\n64,128,0.2\n");
    const { code, err } = await heddle("calibrate", "--from", file("no-k.csv"), "--map", "kind='matmul',m=M,n=N,time=ms:ms", "--profile", file("no-k.json"));
    expect(code).toBe(2);
    expect(err).toMatch(/no-k\.csv: error\[missing-extent\]: matmul needs k\n {2}hint: add to --map where k is: k=COLUMN, or k=512 for all rows\n/);
    expect(existsSync(file("no-k.json"))).toBe(false);
  });

  it("fits a table of one's own", async () => {
    writeFileSync(file("card.csv"), `rows,cols,ms\n${Array.from({ length: 30 }, (_, i) => `${i + 1},512,${(500 + (i + 1) * 1024) / 1e6}`).join("\n")}\n`);
    const map = "kind='softmax',rows=rows,columns=cols,time=ms:ms";
    expect((await heddle("calibrate", "--from", file("card.csv"))).err).toMatch(/error\[missing-map\]/);
    const { code, out } = await heddle("calibrate", "--from", file("card.csv"), "--map", map, "--device", "My card", "--profile", file("card.json"), "--format", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ profiles: [{ device: "My card", kinds: [{ kind: "softmax", dtype: "f32" }] }] });
    expect(readProfile(readFileSync(file("card.json"), "utf8"), "card.json").device).toMatchObject({ name: "My card", kind: "gpu" });
    // Threads are those of a processor.
    const { err } = await heddle("calibrate", "--from", file("card.csv"), "--map", `${map},threads=4`, "--profile", file("card.json"));
    expect(err).toBe("error[conflicting-flags]: --map names threads, and a gpu has none to choose\n  hint: --device-kind cpu\n");
  });

  it("makes a profile of thread costs of what the host measured", async () => {
    const header = { format: "heddle-samples/1" as const, device: "made up", backend: "host", date: "2026-01-31", machine: { cpu: "made up", cores: 2, memoryBytes: 1e9, os: "linux" }, versions: { node: "20.0.0" } };
    const item = (kind: string, ns: number, bytes?: number) => sampleLine({ kind, shape: bytes === undefined ? {} : { bytes }, dtype: bytes === undefined ? "i32" : "f32", threads: 2, round: 0, ns: [ns, ns, 1000 * ns], load: 0 });
    writeFileSync(file("host.jsonl"), sampleLine(header) + item("atomic.add", 8) + item("line.transferAdd", 60) + item("cache.refill", 2 ** 20 / 25, 2 ** 20) + item("timer.sleep", 1e6, 1));
    const { code, out } = await spawnHeddle(["calibrate", "--from", file("host.jsonl"), "--profile", file("threads.json")]);
    expect(out).toMatch(/^thread costs of made up: .*threads\.json\n {2}atomic +8 ns +atomic\.add\n {2}line +52 ns .*\n {2}refill +25 B\/ns +cache\.refill\nnot measured: park, wake, /);
    expect(code).toBe(0);
    const text = readFileSync(file("threads.json"), "utf8");
    expect(readCostProfile(text, "threads.json")).toEqual({ atomic: 8, line: 52, refill: 25 });
    expect(JSON.parse(text)).toMatchObject({ date: "2026-01-31", machine: { cpu: "made up", cores: 2, os: "linux", node: "20.0.0" } });
    // The two kinds of profiles are not taken for each other.
    expect((await spawnHeddle(["calibrate", "--from", file("host.jsonl"), "--from", file("ort.jsonl")])).err).toMatch(/error\[several-profiles\]/);
    expect((await heddle("predict", "mlp", "--profile", file("threads.json"))).err).toMatch(/error\[bad-profile\]/);
  });

  it.each([
    [["--backend", "otr"], /error\[unknown-backend\]: there is no backend "otr"\n {2}hint: did you mean ort\?/],
    [["--threads", "0"], /--threads takes whole numbers from 1, not "0"/],
    [["--budget", "5"], /--budget: "5" has no unit\n {2}hint: for example 5m\n/],
    [["--budget", "0s"], /--budget must be more than 0/],
    [["--backend", "ort,tfjs-wasm", "--profile", "p.json"], /--profile names one file, and ort and tfjs-wasm make a profile each/],
    [["--map", "a=b"], /--map goes with --from/],
    [["--from", "nowhere.jsonl"], /cannot read nowhere\.jsonl: there is no such file/],
    [["--from", "x", "--device-kind", "toaster"], /--device-kind is one of cpu, gpu/],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await heddle("calibrate", ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it("writes no profile where the samples are wrong, few, or of two devices", async () => {
    writeFileSync(file("bad.jsonl"), samples().replace('"ns":[', '"ns":[0,'));
    expect((await heddle("calibrate", "--from", file("bad.jsonl"), "--profile", file("no.json"))).err).toMatch(/bad\.jsonl:2:\d+: error\[bad-time\]/);
    writeFileSync(file("few.jsonl"), samples().split("\n").slice(0, 4).join("\n"));
    expect((await heddle("calibrate", "--from", file("few.jsonl"), "--profile", file("no.json"))).err).toMatch(/error\[too-few-points\]/);
    writeFileSync(file("other.jsonl"), samples("another"));
    expect((await heddle("calibrate", "--from", file("ort.jsonl"), "--from", file("other.jsonl"), "--profile", file("no.json"))).err).toMatch(/error\[several-devices\]/);
    expect(existsSync(file("no.json"))).toBe(false);
  });
});
