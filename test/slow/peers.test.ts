import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import { decodeCase, drawCase, encodeCase, instanceOf, type CaseOptions } from "../bench/peers/case.ts";
import { recordSchedule, schedulerOf } from "../bench/peers/heddle.ts";
import { availablePeers, compileProgram, runHeap, runHold, runSimgrid, runSimpy } from "../bench/peers/programs.ts";

const { compiler, simgrid, simpy, hint } = availablePeers();
const missing = hint === undefined ? "" : ` (${hint})`;

/** Small ones, with and without data and latency, wide and narrow. */
const cases: readonly (CaseOptions & { readonly title: string })[] = [
  { title: "no transfers", ops: 2000, width: 100, data: false },
  { title: "transfers", ops: 2000, width: 100 },
  { title: "transfers with latency, narrow", ops: 1500, width: 12, latency: 500 },
];

describe("peers", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heddle-peers-"));
    if (compiler) for (const program of ["heap", "hold"] as const) compileProgram(program, folder);
    if (simgrid) compileProgram("simgrid", folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(["fifo", "dmda"])("%s, no link shared: equal makespan and transfers", (policy) => {
    describe.each(cases)("$title", (options) => {
      const c = drawCase(options);
      const trace = simulate({ instance: instanceOf(c, false), scheduler: schedulerOf(policy) });
      const own = { makespan: trace.makespanTicks, transfers: trace.transfers.length };
      const caseFile = (): string => {
        const file = join(folder, "unlimited.case");
        writeFileSync(file, encodeCase(c));
        return file;
      };

      test("transfers happen where there is data", () => expect(own.transfers > 0).toBe(options.data ?? true));
      test.skipIf(!compiler)(`minimal C++ program${compiler ? "" : missing}`, () => expect(runHeap(folder, caseFile(), policy)).toMatchObject(own));
      test.skipIf(!simgrid)(`SimGrid${simgrid ? "" : missing}`, () => {
        expect(runSimgrid(folder, caseFile(), policy, "unlimited", "Lazy")).toMatchObject(own);
        expect(runSimgrid(folder, caseFile(), policy, "unlimited", "Full")).toMatchObject(own);
      });
      test.skipIf(!simpy)(`SimPy${simpy ? "" : missing}`, () => expect(runSimpy(caseFile(), policy)).toMatchObject(own));
    });
  });

  describe.each(cases.filter(({ data }) => data !== false))("fixed placement and order, shared links, $title", (options) => {
    test.skipIf(!simgrid)(`SimGrid's makespan within 0.1 %${simgrid ? "" : missing}`, () => {
      const c = drawCase(options);
      const instance = instanceOf(c, true);
      const schedule = recordSchedule(instance, "fifo");
      const trace = simulate({ instance, scheduler: schedulerOf("fixed", schedule) });
      const file = join(folder, "shared.case");
      writeFileSync(file, encodeCase(c, schedule));
      const { startTicks, endTicks, tensor } = trace.transfers;
      const delayed = startTicks.filter((start, i) => endTicks[i]! - start > c.latency + instance.tensorBytes[tensor[i]!]!);
      expect(delayed.length, "links must matter").toBeGreaterThan(trace.transfers.length / 20);
      const run = runSimgrid(folder, file, "fixed", "shared", "Full");
      expect(run.transfers).toBe(trace.transfers.length);
      expect(Math.abs(run.makespan / trace.makespanTicks - 1)).toBeLessThan(1e-3);
    });
  });

  test("a case is read as it was written", () => {
    const c = drawCase({ ops: 60, width: 20, latency: 7 });
    const schedule = { placement: Int32Array.from({ length: 60 }, (_, op) => op % 16), order: Int32Array.from({ length: 60 }, (_, i) => i) };
    expect(decodeCase(encodeCase(c, schedule))).toEqual({ c, schedule });
    expect(decodeCase(encodeCase(c))).toEqual({ c });
  });

  test.skipIf(!compiler)(`std::priority_queue holds what it is given${compiler ? "" : missing}`, () => {
    const file = join(folder, "steps.f64");
    writeFileSync(file, new Uint8Array(Float64Array.of(5, 3, 4, 10, 1).buffer));
    // Three pending at 5, 3, 4 (keys 0, 1, 2): out come 3 (back at 13) and 4.
    expect(runHold(folder, file, 3)).toMatchObject({ operations: 2, sum: 3 + 1 + 4 + 2 });
  });
});
