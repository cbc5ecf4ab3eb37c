import { describe, expect, it } from "vitest";
import { isHeldOut } from "../../../src/calibrate/hold-out.ts";
import { speedKernels } from "../../../src/calibrate/speed/speed-kernels.ts";
import { fakeProfile, entry } from "../../predict/fake-profile.ts";
import { offered, profile } from "./fake-speed.ts";

const kindsOf = (kernels: readonly { kind: string }[]): Record<string, number> => Object.fromEntries([...new Set(kernels.map(({ kind }) => kind))].map((kind) => [kind, kernels.filter((kernel) => kernel.kind === kind).length]));

describe("kernels that tell the speed of a machine", () => {
  it("are in proportion to the points of their kinds, in any beginning; no figures, and nothing that differs from run to run", () => {
    expect(kindsOf(speedKernels(offered, profile, [1, 2], 30))).toEqual({ matmul: 20, relu: 10 });
    expect(kindsOf(speedKernels(offered, profile, [1, 2], 30).slice(0, 9))).toEqual({ matmul: 6, relu: 3 });
  });
  it("are the first of each kind that were not held out, at the numbers of threads that are asked for", () => {
    const products = (threads: readonly number[]) => offered.filter((kernel) => kernel.kind === "matmul" && threads.includes(kernel.threads!) && !isHeldOut(kernel)).slice(0, 20);
    for (const threads of [[1], [1, 2]]) expect(speedKernels(offered, profile, threads, 30).filter(({ kind }) => kind === "matmul")).toEqual(products(threads));
  });
  it("leave out numbers of threads that the profile does not have", () => {
    expect(speedKernels(offered, profile, [1, 4], 30)).toEqual(speedKernels(offered, profile, [1], 30));
    expect(speedKernels(offered, profile, [4], 30)).toEqual([]);
  });
  it("are of the six kinds with the most points", () => {
    const kinds = ["add", "mul", "sub", "div", "relu", "exp", "neg"];
    const many = fakeProfile(kinds.map((kind, i) => entry(kind, {}, { points: 20 + i })));
    const list = kinds.flatMap((kind) => [1, 2, 3, 4, 5, 6].map((elements) => ({ kind, shape: { elements }, dtype: "f32" as const, threads: 1 })));
    expect(Object.keys(kindsOf(speedKernels(list, many, [1], 100))).sort()).toEqual(["div", "exp", "mul", "neg", "relu", "sub"]);
  });
});
