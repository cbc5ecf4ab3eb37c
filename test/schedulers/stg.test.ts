import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { importStg } from "../../src/graph/import/stg.ts";
import { bLevel } from "../../src/schedulers/b-level.ts";
import { sharedData } from "../shared-data.ts";
import { rand0000, rand0000Optima } from "./rand0000.ts";

/** Optima published with the Standard Task Graph Set (Tobita & Kasahara 2002), in which b-level list scheduling attains these. */
describe("Standard Task Graph rand0000, proven optima", () => {
  it.each(rand0000Optima)("b-level reaches the optimum on %i processors: %i", (processors, optimum) => {
    const { graph, costs, machine } = importStg(rand0000(), { file: "rand0000.stg", processors });
    expect(simulate({ instance: compile({ graph, machine: machine!, costs: costs! }), scheduler: bLevel.create({}) }).makespanTicks).toBe(optimum);
  });

  const file = sharedData("taskgraphs/stg/rand0000_50.stg");
  it.skipIf(file === undefined)("is the published file (skipped where ../shared/data is absent)", () => {
    const digest = (text: string): string => {
      const { graph, costs, machine } = importStg(text, { file: "rand0000.stg", processors: 2 });
      return compile({ graph, machine: machine!, costs: costs! }).digest;
    };
    expect(digest(rand0000())).toBe(digest(readFileSync(file!, "utf8")));
  });
});
