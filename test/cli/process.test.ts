import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { reportInternalError } from "../../src/cli/internal-error.ts";
import { heddleBin, leftovers, makeFolder, removeFolder, spawnHeddle, stackLine } from "./run-cli.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));
const forkJoin = fileURLToPath(new URL("./scenarios/fork-join.yaml", import.meta.url));

describe("node bin/heddle.mjs", () => {
  it("runs a scenario and writes what is asked for", async () => {
    const { code, out, err } = await spawnHeddle(["run", forkJoin, "--out", "new/folder"], { cwd: folder });
    expect([code, err]).toEqual([0, ""]);
    const files = ["timeline.svg", "trace.json", "metrics.json"].map((name) => join("new/folder", name));
    expect(out.trimEnd().split("\n").at(-1)).toBe(`wrote ${files.join(", ")}`);
    for (const file of files) expect(existsSync(join(folder, file))).toBe(true);
    expect(leftovers(folder)).toEqual([]);
    expect(await spawnHeddle(["verify", files[1]!], { cwd: folder })).toEqual({ code: 0, out: "new/folder/trace.json: fine (5 operators, 0 transfers)\n", err: "" });
  });

  it("runs and checks the shipped scenario with a policy of its own", async () => {
    const scenario = fileURLToPath(new URL("../../scenarios/own-policy.yaml", import.meta.url));
    const ran = await spawnHeddle(["run", scenario, "--format", "json"], { cwd: folder });
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect((JSON.parse(ran.out) as { scheduler: string }).scheduler).toBe("first-fit");
    expect(await spawnHeddle(["check", scenario])).toMatchObject({ code: 0, err: "" });
  });

  it("says what is wrong, and ends with 2", async () => {
    expect(await spawnHeddle(["run", "resnet5"])).toEqual({ code: 2, out: "", err: `error[unknown-workload]: "resnet5" is neither a workload file nor a model\n  hint: did you mean resnet50 or resnet18?\n` });
  });

  it.skipIf(!existsSync("/dev/full"))("says that the disk is full where its output goes", async () => {
    const child = spawn("/bin/sh", ["-c", 'exec "$0" "$1" list > /dev/full', process.execPath, heddleBin], { stdio: ["ignore", "ignore", "pipe"] });
    let err = "";
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
    expect(err).toBe("error[cannot-write]: cannot write the output: the disk is full\n");
  });

  it.skipIf(!existsSync("/dev/stdout"))("writes a file into a pipe", async () => {
    const child = spawn("/bin/sh", ["-c", '"$0" "$1" run mlp --csv /dev/stdout | cat', process.execPath, heddleBin], { stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    await new Promise((resolve) => child.on("close", resolve));
    expect([err, out.slice(0, 27)]).toEqual(["", "op,kind,device,slot,ready_n"]);
  });

  it("gives its version, and the same as in package.json", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
    for (const flag of ["--version", "-v", "version"]) expect(await spawnHeddle([flag])).toEqual({ code: 0, out: `heddle ${version}\n`, err: "" });
  });

  it("starts without the compiled code too, and with what another Node, another place or a broken build left", async () => {
    const bundle = new URL("../dist/bundle/", pathToFileURL(heddleBin));
    const place = join(folder, "elsewhere");
    for (const part of ["bin", "dist/bundle"]) mkdirSync(join(place, part), { recursive: true });
    copyFileSync(heddleBin, join(place, "bin/heddle.mjs"));
    copyFileSync(new URL("heddle.cjs", bundle), join(place, "dist/bundle/heddle.cjs"));
    const cache = readFileSync(new URL("heddle.cache", bundle));
    const head = cache.subarray(0, cache.indexOf(10) + 1);
    const own = Buffer.from(head.toString().replace(bundle.href, pathToFileURL(join(place, "dist/bundle/")).href));
    expect(own).not.toEqual(head);
    const expected = (await spawnHeddle(["run", forkJoin])).out;
    for (const left of [undefined, cache, Buffer.from(""), head, own, Buffer.concat([own, cache.subarray(head.length, 100_000)])]) {
      if (left !== undefined) writeFileSync(join(place, "dist/bundle/heddle.cache"), left);
      const child = spawn(process.execPath, [join(place, "bin/heddle.mjs"), "run", forkJoin], { stdio: ["ignore", "pipe", "inherit"] });
      let out = "";
      child.stdout.on("data", (data: Buffer) => (out += data.toString()));
      expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
      expect(out).toBe(expected);
    }
  });

  it("refuses 100 MB of YAML anchors at once", async () => {
    const file = join(folder, "laughs.yaml");
    const line = `a: &a [${"*a, ".repeat(20)}]\n`;
    writeFileSync(file, line.repeat(Math.ceil(1e8 / line.length)));
    const { code, out, err } = await spawnHeddle(["check", file], { env: { NODE_OPTIONS: "--max-old-space-size=80" } });
    expect(err).toMatch(/error\[file-too-large\]: .*\blaughs\.yaml has 1\d{8} bytes; at most \d+ are read\n$/);
    expect([code, out]).toEqual([2, ""]);
  });

  it("ends quietly when a pipe is closed", async () => {
    const child = spawn(process.execPath, [heddleBin, "run", "resnet50", "--instances", "200", "--format", "json"], { stdio: ["ignore", "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, err]).toEqual([0, ""]);
  });
});

describe("a bug in Heddle", () => {
  /** Breaks what Heddle rests on before it starts. */
  const broken = (code: string) => ({ env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` } });

  it("is called one, with its stack, the versions and the command line", async () => {
    const { code, out, err } = await spawnHeddle(["list", "schedulers", "--format", "json"], broken(`JSON.stringify = () => { throw new TypeError("broken on purpose"); };`));
    expect(err).toMatch(/^error\[internal\]: this is a bug in Heddle, not in your input\. Please report it with what follows\.\n {2}heddle \d+\.\d+\.\d+, Node v\d+/);
    expect(err).toContain("  heddle list schedulers --format json\nTypeError: broken on purpose\n");
    expect(err).toMatch(stackLine);
    expect(err).toContain("/dist/bundle/heddle.cjs:");
    expect([code, out]).toEqual([1, ""]);
  });

  it("is reported too when nobody awaited it", async () => {
    const { code, err } = await spawnHeddle(["list"], broken(`const { write } = process.stdout; process.stdout.write = function (...args) { setImmediate(() => { throw new Error("nobody waits"); }); return write.apply(this, args); };`));
    expect(err).toContain("this is a bug in Heddle");
    expect(err).toContain("Error: nobody waits");
    expect(code).toBe(1);
  });

  it("may be something that is no error", () => {
    let err = "";
    expect(reportInternalError("a text", ["run", "my file.yaml"], { out: () => undefined, err: (text) => void (err += text) })).toBe(1);
    expect(err).toContain(`  heddle run "my file.yaml"\nthrown: a text\n`);
  });
});
