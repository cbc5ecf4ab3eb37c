import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { heddle, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
afterAll(() => removeFolder(folder));

const file = join(folder, "threads.yaml");
writeFileSync(file, `programs:
  worker:
    - repeat: 20
      do:
        - compute: 10us
        - measure: {name: rest, do: [{lock: m}, {compute: 5us}, {unlock: m}]}
        - mark: done
threads: {worker: 4}
locks: [m]
cores: 2
`);

describe("commands on threads alone", () => {
  it("run and explain refuse a scheduler, which would decide nothing", async () => {
    for (const command of ["run", "explain"]) {
      const { code, out, err } = await heddle(command, file, "--scheduler", "heft");
      expect([code, out]).toEqual([2, ""]);
      expect(err).toBe(`error[no-scheduler-decides]: threads are all that runs in ${file}: no scheduler decides anything\n  hint: choose a thread policy: --set threadPolicy=eevdf\n`);
    }
  });

  it("compares all thread policies that have something to go by", async () => {
    const { code, out } = await heddle("compare", file, "--format", "json");
    expect(code).toBe(0);
    const { compares, schedulers } = JSON.parse(out) as { compares: string; schedulers: { name: string }[] };
    expect(compares).toBe("thread policies");
    const names = schedulers.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["fair", "eevdf", "fifo", "round-robin", "coroutines"]));
    expect(names).not.toContain("edf");
    const text = await heddle("compare", file, "--thread-policies", "fair,fifo", "--by", "span:rest:p99");
    expect(text).toMatchObject({ code: 0, out: expect.stringMatching(/rank {2}thread policy {2}rest p99/) as string });
  });

  it("refuses what makes no sense, with a sentence and exit code 2", async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, err } = await heddle(...args);
      expect([args, code]).toEqual([args, 2]);
      return err;
    };
    expect(await refused("compare", file, "--schedulers", "heft")).toContain("no scheduler decides anything");
    expect(await refused("compare", file, "--schedulers", "heft", "--thread-policies", "fair")).toContain("exclude each other");
    expect(await refused("compare", file, "--sensitivity")).toContain("threads are all that runs here");
    expect(await refused("compare", file, "--by", "span:rst")).toContain("rest");
    expect(await refused("compare", file, "--by", "spans")).toContain("--by takes one of");
    expect(await refused("compare", "mlp", "--thread-policies", "fair")).toContain("no threads");
    expect(await refused("import", file)).toContain("there are no operators to count");
    expect(await refused("import", file, "--costs")).toContain("there are no operators to count");
    expect(await refused("explain", file, "--op", "conv")).toContain("threads are all that ran");
    expect(await refused("run", file, "--format", "csv")).toContain("text or json");
    expect(await refused("run", file, "--set", "threads.worker.cont=8")).toContain("count");
  });

  it("changes what is written short", async () => {
    const threads = async (...sets: string[]): Promise<{ counts: { threads: number }; policy: string; objects: { design?: string }[]; cores: unknown[] }> => {
      const { code, out, err } = await heddle("run", file, "--format", "json", ...sets.flatMap((set) => ["--set", set]));
      expect([sets, code, err]).toEqual([sets, 0, ""]);
      return (JSON.parse(out) as { threads: Awaited<ReturnType<typeof threads>> }).threads;
    };
    expect((await threads("threads.worker.count=8")).counts.threads).toBe(8);
    expect((await threads("threads.worker=3")).counts.threads).toBe(3);
    expect((await threads("locks.m.kind=mcs")).objects[0]!.design).toBe("mcs");
    expect((await threads("cores.count=3")).cores).toHaveLength(3);
    expect((await threads("threadPolicy.use=fifo")).policy).toBe("fifo");
  });

  it("verifies, explains and compares what was saved", async () => {
    const [before, after] = [join(folder, "before.json"), join(folder, "after.json")];
    expect((await heddle("run", file, "--trace", before)).code).toBe(0);
    expect((await heddle("run", file, "--set", "locks.m.kind=mcs", "--trace", after)).code).toBe(0);
    expect(await heddle("verify", before, after)).toMatchObject({ code: 0, out: `${before}: fine (4 threads on 2 cores)\n${after}: fine (4 threads on 2 cores)\n` });
    expect(await heddle("explain", before)).toMatchObject({ code: 0, out: expect.stringContaining("for m (futex)") as string });
    expect((await heddle("diff", before, after)).code).toBe(0);
    expect((await heddle("check", file)).out).toContain("fine (4 threads on 2 cores)");
  });

  it("explains what would help", async () => {
    const { code, out } = await heddle("explain", file);
    expect(code).toBe(0);
    expect(out).toContain("they stood in line");
    expect(out).toMatch(/What if \(\d+ changes of the threads, each simulated\)/);
    expect(out).toMatch(/−\d.* twice as many cores/);
    const { threadWhatIf } = JSON.parse((await heddle("explain", file, "--what-if", "2", "--format", "json")).out) as { threadWhatIf: { tried: number; results: unknown[] } };
    expect(threadWhatIf).toMatchObject({ tried: 2 });
    expect(JSON.parse((await heddle("explain", file, "--what-if", "0", "--format", "json")).out)).not.toHaveProperty("threadWhatIf");
  });
});
