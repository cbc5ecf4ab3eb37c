import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { leftovers, makeFolder, removeFolder, spawnHeddle, stackLine } from "./run-cli.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));
const policies = fileURLToPath(new URL("./policies", import.meta.url));

/** Runs a small model under a policy of `policies/`. */
const run = (flag: "--scheduler" | "--sync", policy: string, ...more: string[]) => spawnHeddle(["run", "mlp", flag, `./${policy}.mjs`, ...more], { cwd: policies });

const loops = (subject: string): string => `error[policy-timeout]: ${subject} made no progress for 0.5 s and was ended\n  hint: does it loop for ever? A planner that needs longer: --policy-timeout 60s\n`;
const seeTypes = "\n  hint: see Scheduler and SyncPolicy of heddle/plugin\n";
const noExit = "\n  hint: a policy must not call process.exit\n";

/** Policy, exit code, and the whole of standard error. */
const bad: readonly (readonly [policy: string, code: 1 | 2, message: string, flag?: "--scheduler" | "--sync"])[] = [
  ["throws-create", 1, `throws-create.mjs:4:11: error[policy-error]: scheduler "throws-create" failed in "create": no licence\n`],
  ["throws-prepare", 1, `throws-prepare.mjs:5:12: error[policy-error]: scheduler "throws-prepare" failed in "prepare": view.noSuchFunction is not a function (at 0 ns)\n`],
  ["throws-dispatch", 1, `throws-dispatch.mjs:5:13: error[policy-error]: scheduler "throws-dispatch" failed in "dispatch": out of ideas (at 0 ns)\n`],
  ["throws-phase", 1, `throws-phase.mjs:6:13: error[policy-error]: sync policy "throws-phase" failed in "sync.phase": no phase today (at 0 ns)\n`, "--sync"],
  ["throws-text", 1, `error[policy-error]: scheduler "throws-text" failed in "dispatch": just a text (at 0 ns)\n`],
  ["throws-object", 1, `error[policy-error]: scheduler "throws-object" failed in "dispatch": something that has no text (at 0 ns)\n`],
  ["throws-in-options", 2, "--scheduler: error[policy-not-loaded]: cannot load ./throws-in-options.mjs: Error: no options today\n"],
  ["throws-later", 1, `error[policy-error]: scheduler "throws-later" failed outside its hooks: too late\n`],
  ["places-twice", 1, `error[policy-error]: scheduler "places-twice" placed operator "linear1" twice (at 0 ns)\n`],
  ["places-nonsense", 1, `error[policy-error]: scheduler "places-nonsense" placed operator "linear1" on device "gpu0": ids are numbers (at 0 ns)\n`],
  ["places-nothing", 1, [
    `error[deadlock]: scheduler "places-nothing" never placed 1 ready operator; 3 of 3 operators did not end (stuck at 0 ns):`,
    `  "linear1" is ready but was not placed`, `  "linear2" waits for "linear1"`, `  "linear3" waits for "linear2"`, "",
  ].join("\n")],
  ["wakes-for-ever", 1, `error[livelock]: 100000 rounds went by without any operator starting or ending (at 0 ns, scheduler "wakes-for-ever")\n  hint: the scheduler asks to be woken again and again, but places nothing\n`],
  ["loops-top-level", 1, loops("loading policy ./loops-top-level.mjs")],
  ["loops-in-options", 1, loops("loading policy ./loops-in-options.mjs")],
  ["loops-create", 1, loops(`scheduler "loops-create"`)],
  ["loops-prepare", 1, loops(`scheduler "loops-prepare"`)],
  ["loops-dispatch", 1, loops(`scheduler "loops-dispatch"`)],
  ["loops-completed", 1, loops(`scheduler "loops-completed"`)],
  ["loops-sync", 1, loops(`sync policy "loops-sync"`), "--sync"],
  ["signals-never", 1, [
    `error[deadlock]: sync policy "signals-never" never signalled 1 edge of operators that have ended; 2 of 3 operators did not end (stuck at TIME):`,
    `  "linear2" waits for the output of "linear1" to become visible (edge 0)`, `  "linear3" waits for "linear2"`, "",
  ].join("\n"), "--sync"],
  ["exits-top-level", 1, `error[policy-error]: loading policy ./exits-top-level.mjs ended the process${noExit}`],
  ["exits-dispatch", 1, `error[policy-error]: scheduler "exits-dispatch" ended the process${noExit}`],
  ["waits-for-ever", 1, "error[policy-error]: loading policy ./waits-for-ever.mjs waits for something that never happens (an await that never ends)\n"],
  ["returns-nothing", 1, `error[policy-error]: scheduler "returns-nothing": "create" returned undefined, not a policy${seeTypes}`],
  ["returns-nonsense", 1, `error[policy-error]: scheduler "returns-nonsense": what "create" returned has "dispatch", which is not a function${seeTypes}`],
  ["is-async", 1, `error[policy-error]: scheduler "is-async": "dispatch" must be a plain function, not an async one or a generator${seeTypes}`],
  ["not-a-policy", 2, "--scheduler: error[bad-policy]: ./not-a-policy.mjs is not a scheduler: it is 42\n  hint: a policy is {name, summary, create(options)}; see defineScheduler and defineSync of heddle/plugin\n"],
  ["imports-nothing", 2, "--scheduler: error[policy-not-loaded]: cannot load ./imports-nothing.mjs: SyntaxError: The requested module './good.mjs' does not provide an export named 'betterDevice'\n"],
  ["throws-top-level", 2, "--scheduler: error[policy-not-loaded]: cannot load ./throws-top-level.mjs: Error: not on this machine\n"],
  ["no-such-file", 2, "--scheduler: error[missing-file]: there is no file ./no-such-file.mjs\n"],
];

describe.concurrent("a policy that", () => {
  it.each(bad.map(([policy, code, message, flag = "--scheduler"]) => ({ policy, code, message, flag })))("$policy ends with a message that names it", async ({ policy, code, message, flag }) => {
    const metrics = join(folder, `${policy}.json`);
    const outcome = await run(flag, policy, "--policy-timeout", policy.startsWith("loops") ? "500ms" : "30s", "--metrics", metrics);
    expect(outcome.err.replace(/stuck at [1-9][^)]*\)/, "stuck at TIME)")).toBe(message);
    expect(outcome.code).toBe(code);
    expect(outcome.out).toBe("");
    expect(outcome.err).not.toMatch(stackLine);
    if (policy !== "throws-later") expect(existsSync(metrics)).toBe(false);
    // The others, which run beside this one, write here too.
    expect(leftovers(folder).filter((name) => name.endsWith(`-${policy}.json`))).toEqual([]);
  });

  it("is no JavaScript says where to look", async () => {
    // Written here, since a linter refuses such a file.
    writeFileSync(join(folder, "syntax-error.mjs"), `export default {\n  name: "syntax-error",\n  summary: "lacks a comma"\n  create: () => ({ dispatch() {} }),\n};\n`);
    expect(await spawnHeddle(["run", "mlp", "--scheduler", "./syntax-error.mjs"], { cwd: folder })).toEqual({
      code: 2, out: "", err: "--scheduler: error[policy-not-loaded]: cannot load ./syntax-error.mjs: SyntaxError: Unexpected identifier 'create'\n  hint: node --check ./syntax-error.mjs shows the line\n",
    });
  });

  it("takes all memory is ended", async () => {
    const outcome = await spawnHeddle(["run", "mlp", "--scheduler", "./takes-all-memory.mjs", "--policy-timeout", "60s"], { cwd: policies, env: { NODE_OPTIONS: "--max-old-space-size=100" } });
    expect(outcome.err).toContain(`error[out-of-memory]: scheduler "takes-all-memory" ran out of memory`);
    expect(outcome.err).not.toMatch(stackLine);
    expect(outcome.code).toBe(1);
    expect(outcome.out).toBe("");
  });

  it("fails tells it as JSON", async () => {
    const { code, out, err } = await run("--scheduler", "throws-dispatch", "--format", "json");
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      errors: [{ code: "policy-error", message: `scheduler "throws-dispatch" failed in "dispatch": out of ideas (at 0 ns)`, file: "throws-dispatch.mjs", line: 5, column: 13 }],
    });
    expect([code, err]).toEqual([1, ""]);
  });
});

describe("a policy of one's own", () => {
  it("works, and its files are written", async () => {
    const metrics = join(folder, "good.json");
    const outcome = await run("--scheduler", "good", "--metrics", metrics);
    expect([outcome.code, outcome.err]).toEqual([0, ""]);
    expect(outcome.out).toMatch(/^policies +good scheduler, dataflow sync/m);
    expect(existsSync(metrics)).toBe(true);
  });

  it("prints to standard error, never into the result", async () => {
    const { code, out, err } = await run("--scheduler", "prints", "--format", "json");
    expect(err).toBe("loaded\nplanning\nto stdout\nto stderr\n");
    expect((JSON.parse(out) as { scheduler: string }).scheduler).toBe("prints");
    expect(code).toBe(0);
  });

  it("is ranked beside the built-in ones; one that fails leaves the others their ranks", async () => {
    const { code, out } = await spawnHeddle(["compare", "mlp", "--schedulers", "heft,./good.mjs,./throws-dispatch.mjs"], { cwd: policies });
    expect(out).toMatch(/1 {2}heft.*\n.*2 {2}good.*\n.*– {2}throws-dispatch +failed/);
    expect(out).toContain("out of ideas");
    expect(code).toBe(1);
  });

  it.each(["loops-prepare", "exits-dispatch", "takes-all-memory"])("that cannot be gone on with (%s) fails alone in a comparison, and is named", async (policy) => {
    const { code, out, err } = await spawnHeddle(["compare", "mlp", "--schedulers", `heft,./${policy}.mjs,fifo`, "--seeds", "3", "--policy-timeout", policy.startsWith("loops") ? "500ms" : "30s"], { cwd: policies, env: { NODE_OPTIONS: "--max-old-space-size=200" } });
    expect(out).toMatch(new RegExp(`1 {2}heft .*\\n +2 {2}fifo .*\\n +– {2}${policy} +failed`));
    expect(out).toMatch(new RegExp(`\\n${policy}: scheduler "${policy}" (made no progress for 0.5 s and was ended|ended the process|ran out of memory) \\(seed 0\\)\\n`));
    expect([code, err]).toEqual([1, ""]);
  });
});
