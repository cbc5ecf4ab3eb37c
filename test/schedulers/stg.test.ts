import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { importStg } from "../../src/graph/import/stg.ts";
import { bLevel } from "../../src/schedulers/b-level.ts";
import { sharedData } from "../shared-data.ts";

const file = sharedData("taskgraphs/stg/rand0000_50.stg");

/** Optima published with the Standard Task Graph Set (Tobita & Kasahara 2002), in which b-level list scheduling attains these. */
describe.skipIf(file === undefined)("Standard Task Graph rand0000, proven optima (skipped where ../shared/data is absent)", () => {
  it.each([[2, 131], [4, 66], [8, 55]])("b-level reaches the optimum on %i processors: %i", (processors, optimum) => {
    const { graph, costs, machine } = importStg(readFileSync(file!, "utf8"), { file: file!, processors });
    expect(simulate({ instance: compile({ graph, machine: machine!, costs: costs! }), scheduler: bLevel.create({}) }).makespanTicks).toBe(optimum);
  });
});
