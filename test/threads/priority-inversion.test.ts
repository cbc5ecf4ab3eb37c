import { describe, expect, it } from "vitest";
import { ProgramBuilder, type ThreadSpecInput } from "../../src/programs/index.ts";
import { runThreads } from "./run-threads.ts";

type Protocol = "none" | "inherit" | "ceiling";

/** Each thread's end, less its start. */
function responses(sections: ThreadSpecInput): number[] {
  const { table } = runThreads({ cores: 1, ...sections }, { policy: "priority" });
  return Array.from(table.endTicks, (end, thread) => end - table.bornTicks[thread]!);
}

describe("Mars Pathfinder, 1997", () => {
  // M. Jones, "What really happened on Mars?", 1997: the bus manager (high) and the weather task (low) share a lock; the
  // communications task (medium) runs long and needs no lock. Low takes the lock at 1 and holds it for 3 of its own work.
  const mission = (protocol: Protocol): number[] => responses({
    programs: [
      new ProgramBuilder("bus").compute("1ns").lock("m").compute("2ns").unlock("m").compute("1ns"),
      new ProgramBuilder("communications").compute("50ns"),
      new ProgramBuilder("weather").compute("1ns").lock("m").compute("3ns").unlock("m").compute("1ns"),
    ],
    threads: { bus: { priority: 3, start: "2ns" }, communications: { priority: 2, start: "3ns" }, weather: { priority: 1 } },
    locks: { m: { kind: "futex", fair: true, order: "priority", protocol, ...(protocol === "ceiling" && { ceiling: 3 }) } },
  });

  it("without a protocol the high one waits for the medium one, which it shares nothing with", () => {
    // Weather computes 0–1, holds from 1, loses the core to bus at 2; bus computes to 3 and waits; communications 3–53;
    // weather holds 53–55; bus 55–58; weather 58–59.
    expect(mission("none")).toEqual([56, 50, 59]);
  });

  it("with inheritance it waits for what is left of the critical section", () => {
    // Weather inherits at 3 and runs 3–5; bus 5–8; communications 8–58; weather 58–59.
    expect(mission("inherit")).toEqual([6, 55, 59]);
  });

  it("with a ceiling it is held up before it begins, and no more than once", () => {
    // Weather has priority 3 from 1 on and keeps the core to 4; bus 4–8; communications 8–58; weather 58–59.
    expect(mission("ceiling")).toEqual([6, 55, 59]);
  });

  it("is measured as an inversion, and not with a protocol", () => {
    const run = (protocol: Protocol) => runThreads({
      cores: 1,
      programs: [new ProgramBuilder("high").lock("m").compute("2ns").unlock("m"), new ProgramBuilder("medium").compute("50ns"), new ProgramBuilder("low").lock("m").compute("3ns").unlock("m")],
      threads: { high: { priority: 3, start: "2ns" }, medium: { priority: 2, start: "2ns" }, low: { priority: 1 } },
      locks: { m: { kind: "futex", protocol } },
    }, { policy: "priority" });
    expect(run("none").findings.map(({ kind }) => kind)).toContain("priority-inversion");
    expect(run("inherit").findings).toEqual([]);
  });
});

describe("blocking bounds", () => {
  // L. Sha, R. Rajkumar, J. P. Lehoczky 1990: with inheritance, high is blocked for one critical section of each lower
  // thread at most; with ceilings, for one in all.
  const nested = (protocol: Protocol): number => responses({
    programs: [
      new ProgramBuilder("high").lock("a").compute("1ns").unlock("a").lock("b").compute("1ns").unlock("b"),
      new ProgramBuilder("low").lock("a").compute("6ns").unlock("a"),
      new ProgramBuilder("lower").lock("b").compute("9ns").unlock("b"),
    ],
    threads: { high: { priority: 3, start: "4ns" }, low: { priority: 2, start: "2ns" }, lower: { priority: 1 } },
    locks: Object.fromEntries(["a", "b"].map((name) => [name, { kind: "futex" as const, fair: true, order: "priority" as const, protocol, ...(protocol === "ceiling" && { ceiling: 3 }) }])),
  })[0]!;

  it("inheritance: one critical section of each lower thread", () => {
    // lower holds b 0–2, low holds a 2–4. High waits for a to 8, for b from 9 to 16: 4 + 7 of blocking, and 2 of its own.
    expect(nested("inherit")).toBe(2 + 4 + 7);
  });

  it("ceilings: one critical section", () => {
    // lower runs to 9 at the ceiling; nobody else can have begun; high runs 9–11.
    expect(nested("ceiling")).toBe(2 + 5);
  });

  it("chains of locks hand priority down", () => {
    // high waits for a, whose owner waits for b, whose owner is the lowest; medium must not run before them.
    const [high, , , medium] = responses({
      programs: [
        new ProgramBuilder("high").lock("a").compute("1ns").unlock("a"),
        new ProgramBuilder("low").lock("a").lock("b").compute("1ns").unlock("b").unlock("a"),
        new ProgramBuilder("lower").lock("b").compute("5ns").unlock("b"),
        new ProgramBuilder("medium").compute("40ns"),
      ],
      threads: { high: { priority: 9, start: "2ns" }, low: { priority: 2, start: "1ns" }, lower: { priority: 1 }, medium: { priority: 5, start: "3ns" } },
      locks: { a: { kind: "futex", fair: true, protocol: "inherit" }, b: { kind: "futex", fair: true, protocol: "inherit" } },
    });
    // lower 0–5, low 5–6, high 6–7.
    expect(high).toBe(5);
    expect(medium).toBe(44);
  });
});
