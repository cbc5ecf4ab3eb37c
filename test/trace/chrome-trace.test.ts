import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chromeEvents } from "../../src/trace/chrome-trace.ts";
import { packLanes } from "../../src/trace/pack-lanes.ts";
import { makeInstance, makeRun } from "./make-run.ts";

describe("chromeEvents", () => {
  it("shows devices as processes, slots as threads, transfers by route, and arrows", () => {
    const instance = makeInstance({ costs: [[4000, 1], [1, 3000]], edges: [[0, 1, 600]], names: ["a", "b"], devices: ["cpu", "gpu"], slots: [2, 1] });
    const events = [...chromeEvents(makeRun(instance, [{ op: 0, device: 0, slot: 1 }, { op: 1, device: 1, setup: 500 }]))].map((event) => JSON.stringify(event));
    expect(events).toEqual([
      '{"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"cpu"}}',
      '{"name":"process_sort_index","ph":"M","pid":1,"tid":0,"args":{"sort_index":1}}',
      '{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"slot 1"}}',
      '{"name":"process_name","ph":"M","pid":2,"tid":0,"args":{"name":"gpu"}}',
      '{"name":"process_sort_index","ph":"M","pid":2,"tid":0,"args":{"sort_index":2}}',
      '{"name":"thread_name","ph":"M","pid":2,"tid":1,"args":{"name":"slot 0"}}',
      '{"name":"a","cat":"task","ph":"X","pid":1,"tid":2,"ts":0,"dur":4,"args":{"op":0,"kind":"task"}}',
      '{"name":"set up for b","cat":"setup","ph":"X","pid":2,"tid":1,"ts":4.6,"dur":0.5}',
      '{"name":"b","cat":"task","ph":"X","pid":2,"tid":1,"ts":5.1,"dur":3,"args":{"op":1,"kind":"task"}}',
      '{"name":"process_name","ph":"M","pid":3,"tid":0,"args":{"name":"cpu.memory → gpu.memory"}}',
      '{"name":"process_sort_index","ph":"M","pid":3,"tid":0,"args":{"sort_index":3}}',
      '{"name":"a:out","cat":"transfer","ph":"X","pid":3,"tid":1,"ts":4,"dur":0.6,"args":{"bytes":600,"for":"b"}}',
      '{"name":"dependency","cat":"dependency","id":1,"ph":"s","pid":1,"tid":2,"ts":0}',
      '{"name":"dependency","cat":"dependency","id":1,"ph":"f","bp":"e","pid":2,"tid":1,"ts":4.6}',
    ]);
  });
});

describe("packLanes", () => {
  it("never lets two of a lane overlap, and uses no more lanes than overlap at once", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 9 })), { maxLength: 40 }), (intervals) => {
        const starts = intervals.map(([start]) => start);
        const ends = intervals.map(([start, length]) => start + length);
        const lanes = packLanes(starts, ends);
        let most = 0;
        for (const [i] of intervals.entries()) {
          most = Math.max(most, intervals.filter((_, j) => starts[j]! <= starts[i]! && ends[j]! > starts[i]!).length);
          for (let j = 0; j < i; j++) expect(lanes[i] === lanes[j] && starts[i]! < ends[j]! && starts[j]! < ends[i]!).toBe(false);
        }
        expect(Math.max(-1, ...lanes) + 1).toBe(most);
      }),
      { seed: 2 },
    );
  });
});
