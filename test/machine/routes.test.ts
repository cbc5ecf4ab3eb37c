import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Link } from "../../src/machine/machine.ts";
import { routeTable } from "../../src/machine/routes.ts";

const link = (id: number, a: string, b: string, latencyNs = 1, bytesPerNs = 10): Link => ({ id, name: `${a}-${b}`, ends: [a, b], latencyNs, bytesPerNs, duplex: "full", sharing: "shared" });

describe("routes", () => {
  test("a memory reaches itself at once", () => {
    expect(routeTable(["a"], [])(0, 0)).toEqual({ from: 0, to: 0, hops: [], latencyNs: 0, bytesPerNs: Infinity });
  });

  test("a chain through a switch adds latencies and takes the narrowest link", () => {
    const route = routeTable(["a", "b"], [link(0, "a", "switch", 3, 10), link(1, "b", "switch", 4, 7)]);
    expect(route(0, 1)).toEqual({ from: 0, to: 1, hops: [{ link: 0, forward: true }, { link: 1, forward: false }], latencyNs: 7, bytesPerNs: 7 });
    expect(route(1, 0)).toEqual({ from: 1, to: 0, hops: [{ link: 1, forward: true }, { link: 0, forward: false }], latencyNs: 7, bytesPerNs: 7 });
  });

  test("what is not connected has no route, nor has what does not exist", () => {
    const route = routeTable(["a", "b", "c"], [link(0, "a", "b")]);
    expect(route(0, 2)).toBeUndefined();
    expect(route(0, 3)).toBeUndefined();
    expect(route(-1, 0)).toBeUndefined();
  });

  test("latency comes first, then hops, then link ids", () => {
    const detour = [link(0, "a", "c", 1), link(1, "c", "b", 1), link(2, "a", "b", 3)];
    expect(routeTable(["a", "b", "c"], detour)(0, 1)?.hops.map((hop) => hop.link)).toEqual([0, 1]);
    const tie = [link(0, "a", "c", 1), link(1, "c", "b", 1), link(2, "a", "b", 2), link(3, "a", "b", 2)];
    expect(routeTable(["a", "b", "c"], tie)(0, 1)?.hops.map((hop) => hop.link)).toEqual([2]);
    const twoWays = [link(0, "a", "y"), link(1, "a", "x"), link(2, "y", "b"), link(3, "x", "b")];
    expect(routeTable(["a", "b", "x", "y"], twoWays)(0, 1)?.hops.map((hop) => hop.link)).toEqual([0, 2]);
  });

  test("a hundred and twenty memories in a full mesh: one hop between any two", () => {
    const names = Array.from({ length: 120 }, (_, i) => `m${i}`);
    const mesh = names.flatMap((a, i) => names.slice(i + 1).map((b): [string, string] => [a, b])).map(([a, b], id) => link(id, a, b));
    const route = routeTable(names, mesh);
    let hops = 0;
    for (let from = 0; from < 120; from++) for (let to = 0; to < 120; to++) hops += route(from, to)!.hops.length;
    expect(hops).toBe(120 * 119);
  });

  test("routes are as short as Floyd and Warshall find them, and the same both ways", () => {
    const graphs = fc.array(fc.tuple(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 5 })), { maxLength: 14 });
    fc.assert(fc.property(graphs, (edges) => {
      const names = ["m0", "m1", "m2", "m3", "m4", "s0", "s1"];
      const links = edges.map(([a, b, latency], id) => link(id, names[a]!, names[b]!, latency));
      const route = routeTable(names.slice(0, 5), links);
      const shortest = names.map((_, i) => names.map((_, j) => (i === j ? 0 : Infinity)));
      for (const [a, b, latency] of edges) if (a !== b) shortest[a]![b] = shortest[b]![a] = Math.min(shortest[a]![b]!, latency);
      for (let k = 0; k < 7; k++) for (let i = 0; i < 7; i++) for (let j = 0; j < 7; j++) shortest[i]![j] = Math.min(shortest[i]![j]!, shortest[i]![k]! + shortest[k]![j]!);
      for (let from = 0; from < 5; from++) {
        for (let to = 0; to < 5; to++) {
          expect(route(from, to)?.latencyNs ?? Infinity).toBe(shortest[from]![to]);
          expect(route(to, from)?.hops.map((hop) => hop.link).reverse()).toEqual(route(from, to)?.hops.map((hop) => hop.link));
          let at = names[from];
          for (const hop of route(from, to)?.hops ?? []) {
            const [start, end] = hop.forward ? links[hop.link]!.ends : [links[hop.link]!.ends[1], links[hop.link]!.ends[0]];
            expect(start).toBe(at);
            at = end;
          }
          if (route(from, to)) expect(at).toBe(names[to]);
        }
      }
    }), { seed: 1, numRuns: 200 });
  });
});
