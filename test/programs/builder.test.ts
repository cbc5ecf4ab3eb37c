import { describe, expect, it } from "vitest";
import { NO_INDEX, Opcode, STRIDE } from "../../src/core/threads/opcode.ts";
import { ProgramBuilder, programText, threadSpec, type ThreadSpecInput } from "../../src/programs/index.ts";

const codeOf = (instructions: readonly unknown[], more: Omit<ThreadSpecInput, "programs" | "threads"> = {}, threads: ThreadSpecInput["threads"] = { p: 1 }): string =>
  programText(threadSpec({ programs: { p: instructions }, threads, ...more })).split("\n").slice(1, -1).map((line) => line.trim().replace(/^\d+ /, "")).join("; ");

describe("ProgramBuilder", () => {
  it("writes two threads and one lock", () => {
    const worker = new ProgramBuilder("worker").repeat(1000, (p) => p.compute("10us").lock("m").compute("5us").unlock("m"));
    const spec = threadSpec({ programs: [worker], threads: { worker: 2 }, locks: { m: "ticket" }, cores: 2, threadCosts: "none" });
    expect(programText(spec)).toBe("worker:\n  0 set → r3 1000\n  1 compute 10000\n  2 lock m\n  3 compute 5000\n  4 unlock m\n  5 subtract → r3 r3 1\n  6 jumpIf r3 @1\n  7 end\n");
    expect([...spec.program.code.slice(2 * STRIDE, 2 * STRIDE + 4)]).toEqual([Opcode.lock, 0, NO_INDEX, 0]);
    expect([spec.groups[0]!.count, spec.cores.names.length, spec.costs.lineTicks, spec.objects[0]!.kind]).toEqual([2, 2, 0, "mutex"]);
  });

  it("writes the same code as the lists of a scenario", () => {
    const built = new ProgramBuilder("p").let({ x: "$i + 1" }).while("$x < 10", (p) => p.compute("$x * 1us").let({ x: "$x + 1" }).if("$x == 5", (q) => q.mark("half"), (q) => q.yield())).pop("q", { into: "x", else: (p) => p.end() });
    const listed = [{ let: { x: "$i + 1" } }, { while: "$x < 10", do: [{ compute: "$x * 1us" }, { let: { x: "$x + 1" } }, { if: "$x == 5", then: [{ mark: "half" }], else: ["yield"] }] }, { pop: { from: "q", into: "x", else: ["end"] } }];
    const sections = { threads: { p: 3 }, queues: { q: null } };
    expect(programText(threadSpec({ programs: [built], ...sections }))).toBe(programText(threadSpec({ programs: { p: listed }, ...sections })));
  });
});

describe("programs", () => {
  it("count in the way that costs least", () => {
    expect(codeOf([{ repeat: 3, do: ["yield"] }])).toBe("set → r3 3; yield; subtract → r3 r3 1; jumpIf r3 @1; end");
    expect(codeOf([{ repeat: 3, as: "k", do: [{ compute: "$k * 1us" }] }])).toBe("set → r3 0; jump @5; multiply → r5 r3 1000; compute r5; add → r3 r3 1; less → r4 r3 3; jumpIf r4 @2; end");
    expect(codeOf([{ repeat: "$i", do: ["yield"] }], {}, { p: 2 })).toContain("less");
    expect(codeOf([{ repeat: 0, do: ["yield"] }])).toBe("end");
  });

  it("leave loops and go on with them", () => {
    expect(codeOf([{ repeat: "forever", do: [{ compute: "1us" }, { if: "$i == 3", then: ["break"], else: ["continue"] }, "yield"] }], {}, { p: 4 })).toBe("compute 1000; equal → r3 $i 3; jumpUnless r3 @5; jump @8; jump @6; jump @7; yield; jump @0; end");
  });

  it("are compiled with the parameters of their group", () => {
    const spec = threadSpec({ programs: { p: [{ compute: "$time" }, { lock: "m[$which]" }, { unlock: "m[$which]" }] }, threads: { p: { count: 3, with: { time: "5us", which: "($i + 1) % $count" } } }, locks: { m: { count: 3 } } });
    const { registerCount } = spec.program;
    expect(programText(spec)).toBe("p:\n  0 compute 5000\n  1 lock m[r3]\n  2 unlock m[r3]\n  3 end\n");
    expect([0, 1, 2].map((i) => [...spec.groups[0]!.registers.slice(i * registerCount, (i + 1) * registerCount)])).toEqual([[0, 0, 0, 1], [1, 1, 0, 2], [2, 2, 0, 0]]);
    const listed = threadSpec({ programs: { p: [{ compute: "$time" }] }, threads: { p: { count: 2, with: { time: ["1us", "2us"] } } } }, { tickNs: 100 });
    expect([listed.groups[0]!.registers[3], listed.groups[0]!.registers[7]]).toEqual([10, 20]);
  });

  it("draw what is random", () => {
    const spec = threadSpec({ programs: { p: [{ compute: { exponential: "10us" } }, { sleep: { time: { uniform: ["1us", "3us"] }, } }, { let: { x: { exponential: "$i * 1us", source: "s" } } }, { compute: { work: { lognormal: { mean: "4us", spread: 0.5 } } } }, { let: { y: { choice: { values: [1, 9], chances: [0.25, 0.75] } } } }] }, threads: { p: 2 } });
    expect(spec.distributions).toEqual([
      { kind: "exponential", mean: 10_000, source: "p.0" }, { kind: "uniform", low: 1000, high: 3000, source: "p.1" }, { kind: "exponential", mean: 1, source: "s" },
      { kind: "lognormal", mean: 4000, spread: 0.5, source: "p.2" }, { kind: "choice", values: [1, 9], chances: [0.25, 0.75], source: "p.3" },
    ]);
    expect(programText(spec)).toContain("multiply");
  });

  it("choose a lock by key, as coarse as the lock is", () => {
    const program = [{ lock: "table[$key]" }, { unlock: "table[$key]" }];
    const code = (granularity: "one" | { striped: number } | { "per-object": number }) => codeOf(program, { locks: { table: { granularity } } }, { p: { count: 2, with: { key: "$i * 7" } } });
    expect(code("one")).toBe("lock table; unlock table; end");
    expect(code({ striped: 4 })).toBe("modulo → r4 r3 4; lock table[r4]; modulo → r4 r3 4; unlock table[r4]; end");
    expect(threadSpec({ programs: { p: [{ lock: "t[9]" }, { unlock: "t[9]" }] }, threads: { p: 1 }, locks: { t: { granularity: { "per-object": 1000 } } } }).objects[0]!.count).toBe(1000);
  });

  it("put a queue under a lock by one key", () => {
    const text = codeOf([{ push: { to: "q", value: 1 } }], { locks: { m: "mcs" }, queues: { q: { lock: "m", capacity: 2 } } });
    expect(text).toBe('lock m; length q → r3; less → r3 r3 2; jumpIf r3 @6; wait "q not full" m; jump @1; push q 1; signal "q not empty"; unlock m; end');
    expect(codeOf([{ pop: "q" }], { locks: { m: "mcs" }, queues: { q: { lock: "m" } } })).toBe('lock m; tryPop q → r3 ? r4; jumpIf r4 @8; length q → r5 ? r6; jumpIf r5 @1; jumpUnless r6 @8; wait "q not empty" m; jump @1; unlock m; end');
  });

  it("run parallel loops as a team", () => {
    const spec = threadSpec({ programs: { p: [{ parallel: { loop: "l", iterations: 100, each: "2us" } }] }, threads: { p: 4 }, loops: ["l"] });
    expect(programText(spec)).toBe('p:\n  0 jumpIf $i @2\n  1 startLoop l 100 2000 4\n  2 barrier "l fork"\n  3 jump @5\n  4 runChunk l r3 r4\n  5 nextChunk l $i → r3 → r4\n  6 jumpIf r4 @4\n  7 barrier "l join"\n  8 end\n');
    expect(spec.objects.map((group) => (group.kind === "barrier" ? group.parties : 0))).toEqual([0, 4, 4]);
  });

  it("call others as if these stood there", () => {
    const spec = threadSpec({ programs: { p: [{ let: { x: 1 } }, { call: { program: "q", with: { time: "3us" } } }, { compute: "$x * 1us" }], q: [{ compute: "$time" }, { let: { x: "$x + 1" } }, { if: "$x == 2", then: ["return"] }, "yield"] }, threads: { p: 1 } });
    expect(programText(spec)).toBe("p:\n  0 set → r3 1\n  1 compute 3000\n  2 add → r3 r3 1\n  3 equal → r4 r3 2\n  4 jumpUnless r4 @6\n  5 jump @7\n  6 yield\n  7 multiply → r4 r3 1000\n  8 compute r4\n  9 end\n");
  });

  it("describe how memory is touched", () => {
    const spec = threadSpec({ programs: { p: [{ compute: { work: "10us", bytes: "1MiB", workingSet: "8MiB", pattern: "random", write: 0.5, home: "interleave" } }] }, threads: { p: 1 } });
    expect(spec.accesses).toEqual([{ name: "p", bytes: 2 ** 20, workingSetBytes: 2 ** 23, pattern: "random", writeShare: 0.5, home: -2 }]);
  });

  it("leave the parties of a barrier to those who come", () => {
    const spec = threadSpec({ programs: { p: [{ barrier: "b" }], q: [{ barrier: "b" }] }, threads: { p: 3, q: 2 }, barriers: ["b"] });
    expect(spec.objects[0]).toMatchObject({ kind: "barrier", parties: 5 });
  });

  it("know cores of several kinds and hardware threads", () => {
    const { cores } = threadSpec({ programs: { p: [{ compute: "1us" }] }, threads: { p: { affinity: "0-1,4" } }, cores: [{ name: "big", count: 2, smt: 2 }, { name: "little", count: 2, speed: "50%", nodes: 2 }] });
    expect(cores.names).toEqual(["big0.0", "big0.1", "big1.0", "big1.1", "little0", "little1"]);
    expect([[...cores.speed], [...cores.physical], [...cores.node], cores.smtGain]).toEqual([[1, 1, 1, 1, 0.5, 0.5], [0, 0, 1, 1, 2, 3], [0, 0, 0, 0, 0, 1], 1.3]);
  });

  it("turn nice levels into the weights of Linux", () => {
    const weights = threadSpec({ programs: { p: [{ compute: "1us" }] }, threads: { a: { program: "p" }, b: { program: "p", nice: -5 }, c: { program: "p", nice: 19 }, d: { program: "p", weight: 7 } } }).groups.map(({ weight }) => weight);
    expect(weights).toEqual([1024, 3121, 15, 7]);
  });
});
