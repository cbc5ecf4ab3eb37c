import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { memoryFiles } from "../scenario/memory-files.ts";

const resolved = async (text: string) => {
  const readFile = memoryFiles({ "a.yaml": text });
  return resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
};
/** All errors as `line:column code: message | hint`. */
const errorsOf = async (text: string): Promise<string[]> => {
  try {
    await resolved(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.map(({ line, column, code, message, hint }) => `${line}:${column} ${code}: ${message}${hint === undefined ? "" : ` | ${hint}`}`);
  }
  return [];
};
/** Errors of a program with one thread (or `threads`), whose instructions begin in line 3. */
const errorsIn = (instructions: string, rest = ""): Promise<string[]> => errorsOf(`programs:\n  p:\n${instructions.split("\n").map((line) => `    ${line}\n`).join("")}${rest.includes("threads:") ? "" : "threads: {p: 1}\n"}${rest}`);

describe("what is wrong with programs", () => {
  it.each([
    ["an instruction that is misspelt", "- compyte: 10us", '3:7 unknown-instruction: there is no instruction "compyte" | did you mean compute or complete?'],
    ["a key that is misspelt", "- compute: {work: 10us, byte: 1MiB}", '3:29 unknown-key: compute has no "byte" | did you mean bytes?'],
    ["a number without a unit", "- compute: 10", "3:16 bad-unit: compute must be a time, not a number | quantities carry their unit: 10us"],
    ["a time that is too long", "- compute: 200d", '3:16 bad-unit: "200d" is too long | times are exact up to 104 d, 2^53 ns'],
    ["more bytes than are exact", "- compute: {work: 1us, bytes: 1EiB}", '3:35 bad-unit: "1EiB" is too large | sizes are exact up to 8.00 PiB, 2^53 bytes'],
    ["what is neither a time nor bytes", "- compute: 10xs", '3:16 bad-unit: "10xs" is neither a time nor a number of bytes | for example 10us or 4KiB'],
    ["bytes for a time", "- sleep: 4KiB", "3:14 bad-measure: sleep must be a time, not bytes"],
    ["an unknown variable", "- compute: 1us * $speed", "3:22 unknown-variable: nothing sets $speed: neither this program nor the group's with | one of: i, thread, count, argument"],
    ["an unknown variable in quotes", '- compute: "1us * $speed"', "3:23 unknown-variable: nothing sets $speed: neither this program nor the group's with | one of: i, thread, count, argument"],
    ["a bad expression", "- compute: 1us * (2 +", "3:26 bad-expression: the expression ends where a value should be"],
    ["an unknown lock", "- lock: m", '3:13 unknown-lock: there is no lock or reader-writer lock "m" | declare it under locks'],
    ["a missing field", "- allocate: {from: h, into: x}", '3:7 missing-key: allocate needs "bytes": how much'],
    ["break outside of a loop", "- break", "3:7 no-loop: break is in no loop"],
    ["two instructions in one item", "- compute: 1us\n  yield:", "4:7 two-instructions: compute and yield are two instructions | put a dash before each"],
    ["an endless loop that takes no time", "- repeat: forever\n  do:\n    - let: {x: 1}", "3:7 endless-loop: this is repeated for ever, and takes no time: the simulation would never go on | add an instruction that takes time, or a break"],
    ["a negative time", "- compute: 1us - 3us", "3:16 negative: compute must not be negative"],
    ["a fraction of a round", "- repeat: 1.5\n  do: [yield]", "3:15 bad-value: a block cannot be repeated 1.5 times"],
    ["a variable of the engine", "- let: {i: 3}", "3:16 bad-name: $i cannot be set | choose another name"],
    ["an unknown program", "- call: q", '3:13 unknown-program: there is no program "q" | did you mean p?'],
    ["an unknown group", "- spawn: q", '3:14 unknown-group: there is no group of threads "q" | did you mean p?'],
    ["a recursion", "- call: p", "3:13 recursion: p → p: a program cannot call itself | a called program is written out where it is called; repeat with repeat or while"],
    ["a distribution that is misspelt", "- compute: {exponentiel: 10us}", '3:17 unknown-key: there is no distribution "exponentiel" | did you mean exponential?'],
    ["a distribution that lacks something", "- compute: {uniform: 10us}", "3:26 wrong-type: uniform needs low and high | for example {uniform: [1us, 3us]}"],
    ["chances that do not add up", "- let: {x: {choice: {values: [1, 2], chances: [0.5, 0.6]}}}", "3:16 bad-distribution: the chances must add up to 1"],
    ["a value for what takes none", "- yield: 3", "3:14 wrong-type: yield takes nothing, not 3"],
  ])("%s", async (_, instructions, error) => expect(await errorsIn(instructions)).toEqual([error]));

  it.each([
    ["unlocking what is not held", "- unlock: m", "locks: [m]", "3:15 not-held: m cannot be held here | lock it first: lock: m"],
    ["unlocking twice", "- lock: m\n- unlock: m\n- unlock: m", "locks: [m]", "5:15 not-held: m cannot be held here | lock it first: lock: m"],
    ["unlocking as often as it was locked", "- lock: m\n- lock: m\n- unlock: m\n- unlock: m", "locks: [m]", "6:15 not-held: m cannot be held here | it is held once, however often it is taken; with recursive: true, each time counts"],
    ["waiting without the lock", "- wait: {on: c, with: m}", "locks: [m]\nconditions: [c]", "3:27 not-held: m cannot be held here, and wait gives it up | lock it first: lock: m"],
    ["the wrong kind of object", "- lock: q", "queues: [q]", "3:13 wrong-kind: q is a queue, and lock takes a lock or a reader-writer lock"],
    ["which of several", "- lock: m\n- unlock: m", "locks: {m: {count: 3}}", "3:13 which-one: there are 3 of m | say which: m[$i]"],
    ["which of many by granularity", "- lock: m\n- unlock: m", "locks: {m: {granularity: {striped: 4}}}", "3:13 which-one: there are 4 of m | say for which key: m[$key]"],
    ["an order that spinning waiters cannot follow", "- yield", "locks: {m: {kind: mcs, order: priority}}", "5:24 conflicting-keys: order changes nothing: a lock of kind mcs goes to who came first | remove it, or take futex or adaptive"],
    ["a spin lock that is to be fair", "- yield", "locks: {m: {kind: test-and-set, fair: true}}", "5:33 conflicting-keys: fair changes nothing: a lock of kind test-and-set goes to whoever is fastest | remove it, or take futex or adaptive"],
    ["a ticket lock that is not to be fair", "- yield", "locks: {m: {kind: ticket, fair: false}}", "5:27 conflicting-keys: fair changes nothing: a lock of kind ticket goes to who came first | remove it, or take futex or adaptive"],
    ["what nothing can end", "- repeat: forever\n  do: [compute: 1us]", "", "3:7 endless-loop: this is repeated for ever, and nothing in it can end it: the simulation would never be over | say how often (repeat: 1000) or how long (while: now() < 1s), or leave it by break or end"],
    ["an index that is not there", "- lock: m[3]\n- compute: 1us\n- unlock: m[0]", "locks: {m: {count: 3}}", "3:15 no-such-object: there is no m[3] | m go from 0 to 2"],
    ["shared mode of an exclusive lock", "- lock: {of: m, mode: shared}\n- unlock: m", "locks: [m]", "3:18 wrong-kind: m is a lock that one holds at a time | give it the kind reader-writer, or leave mode out"],
    ["a barrier for too many", "- barrier: b", "barriers: {b: 3}\nthreads: {p: 2}", "4:15 wrong-count: b waits for 3, and 2 threads come: it never opens | make it 2, or leave parties out"],
    ["a core that is not there", "- yield", "threads: {p: {affinity: [0, 7]}}\ncores: 4", "4:25 no-such-core: there is no core 7 | cores go from 0 to 3"],
    ["a parameter that nothing uses", "- yield", "threads: {p: {with: {speed: 3}}}", "4:22 unused-parameter: p never uses $speed"],
    ["a parameter that is misspelt beside the right one", "- compute: $t * $speed", "threads: {p: {with: {t: 3us, speed: 3, sped: 4}}}", "4:40 unused-parameter: p never uses $sped | did you mean speed?"],
    ["too few values", "- compute: $t", "threads: {p: {count: 3, with: {t: [1us, 2us]}}}", "4:35 wrong-count: there are 3 threads, and 2 values | one value for each thread, or one for all"],
    ["a closed queue that a pop forgets", "- pop: q\n- close: q", "queues: [q]", "3:7 closed-queue: q is closed somewhere, and this pop does not say what happens then | add else: [break] or else: [end]"],
    ["an unknown thread policy", "- yield", "threadPolicy: round-robbin", '5:15 unknown-thread-policy: there is no thread policy "round-robbin" | did you mean round-robin?'],
    ["a negative quantum", "- yield", "threadPolicy: {use: round-robin, quantum: -1ms}", '5:43 bad-unit: threadPolicy.quantum: "-1ms" is negative | for example 10us'],
    ["an unknown loop policy", "- parallel: {loop: l, iterations: 4, each: 1us}", "loops: {l: guidde}", '5:12 unknown-loop-policy: there is no loop policy "guidde" | did you mean guided?'],
    ["a core that is too fast", "- yield", "cores: {count: 1, speed: 1e300}", "5:26 bad-value: cores.speed: must be above 0 and at most 1000"],
    ["cores of a machine that is not named", "- yield", "cores: {of: gpu0}", '5:13 unknown-device: there is no device "gpu0" | name a machine with a CPU: machine: workstation'],
    ["a tick in which nothing fits", "- yield", "tick: 1e-300ns", "5:7 bad-unit: tick: a tick is 1.00 fs at least | for example 1ns, 1ps or 1/3ns"],
    ["an unknown kind of lock", "- yield", "locks: {m: tickets}", '5:12 wrong-type: locks.m must be nothing, test-and-set, ticket, mcs, futex, adaptive, reader-writer or a map, not "tickets" | did you mean ticket?'],
    ["one name for two things", "- yield", "locks: [m]\nqueues: [m]", '6:1 duplicate-name: "m" is a lock already | names are those of all sections together'],
    ["a ceiling without a protocol", "- yield", "locks: {m: {ceiling: 3}}", "5:22 conflicting-keys: a ceiling needs protocol: ceiling"],
    ["nice and weight", "- yield", "threads: {p: {nice: 3, weight: 100}}", "4:24 conflicting-keys: p has both nice and weight | keep one of them"],
    ["no such program", "- yield", "threads: {q: 2}", '4:11 unknown-program: there is no program "q" | did you mean p?'],
  ])("%s", async (_, instructions, rest, error) => expect(await errorsIn(instructions, rest)).toContain(error));

  it("are told all at once, in the order of the file", async () => {
    const errors = await errorsOf("programs:\n  p:\n    - lock: nothing\n    - compute: 3\n    - repeat: $n\n      do: [brake]\nthreads: {p: 2}\nthreadPolicy: nobody\n");
    expect(errors.map((error) => error.split(": ")[0])).toEqual(["3:13 unknown-lock", "4:16 bad-unit", "5:15 unknown-variable", "6:12 unknown-instruction", "8:15 unknown-thread-policy"]);
  });

  it("refuses programs that grow beyond all bounds when calls are written out", async () => {
    const lines = Array.from({ length: 30 }, (_, k) => `  p${k}: [{call: p${k + 1}}, {call: p${k + 1}}]\n`).join("");
    expect((await errorsOf(`programs:\n${lines}  p30: [yield]\nthreads: {p0: 1}\n`))[0]).toMatch(/program-too-long/);
    const deep = Array.from({ length: 60 }, (_, k) => `  p${k}: [{call: p${k + 1}}]\n`).join("");
    expect((await errorsOf(`programs:\n${deep}  p60: [yield]\nthreads: {p0: 1}\n`))[0]).toMatch(/recursion/);
  });

  it("warns of what may be meant", async () => {
    const { warnings } = await resolved("programs:\n  p: [{barrier: b}]\n  q: [yield]\nbarriers: {b: 2}\nthreads: {p: 4}\n");
    expect(warnings.map(({ code }) => code)).toEqual(["unused-program", "barrier-count"]);
  });

  it("warns of a tick that is longer than a lock takes to be handed over", async () => {
    const of = async (more: string) => (await resolved(`programs:\n  p: [{lock: m}, {unlock: m}]\nthreads: {p: 2}\nlocks: {m: mcs}\n${more}`)).warnings.map(({ code }) => code);
    expect(await of("tick: 1us\n")).toEqual(["coarse-tick"]);
    expect(await of("tick: 10ns\n")).toEqual([]);
    expect(await of("tick: 1us\nthreadCosts: none\n")).toEqual([]);
  });

  it("a next period where there is none, also in a program that is called", async () => {
    const hint = "nextPeriod is for periodic threads: threads: {w: {period: 10ms}}";
    expect(await errorsOf("programs:\n  w: [{compute: 1us}, nextPeriod]\nthreads: {w: 1}\n")).toEqual([`3:14 missing-key: w waits for its next period, and has none | ${hint}`]);
    expect(await errorsOf("programs:\n  w: [{call: job}]\n  job: [{compute: 1us}, {if: $i == 0, then: [nextPeriod]}]\nthreads: {w: {count: 2}, even: {program: w, period: 1ms}}\n")).toEqual([`4:11 missing-key: w waits for its next period, and has none | ${hint}`]);
    expect(await errorsOf("programs:\n  w: [{compute: 1us}, nextPeriod]\nthreads: {w: {period: 1ms}}\n")).toEqual([]);
  });

  it("warns of a ceiling that bounds nothing", async () => {
    const of = async (ceiling: number) => (await resolved(`programs:\n  p: [{lock: m}, {unlock: m}]\nthreads: {low: {program: p, priority: 1}, high: {program: p, priority: 3}}\nlocks:\n  m: {protocol: ceiling, ceiling: ${ceiling}}\n`)).warnings.map(({ message }) => message);
    expect(await of(3)).toEqual([]);
    expect(await of(2)).toEqual(["m has the ceiling 2, and high takes it with priority 3: the ceiling should be the highest of all that take it (a.yaml:5:35)"]);
  });
});
