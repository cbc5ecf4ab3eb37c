import { describe, expect, it } from "vitest";
import { recipeOf } from "../../src/calibrate/backends/ort/recipes.ts";
import { convLayout, poolLayout, swapLayout } from "../../src/calibrate/backends/layouts.ts";
import { operatorKernels } from "../../src/calibrate/kernel-list.ts";
import { isHeldOut } from "../../src/calibrate/hold-out.ts";
import { opOfKernel } from "../../src/calibrate/op-of-kernel.ts";
import { kernelKey } from "../../src/calibrate/sample.ts";
import { windowOutput } from "../../src/graph/catalogue.ts";
import { categoryOf } from "../../src/graph/op-kinds.ts";

const list = operatorKernels();

describe("the list of kernels", () => {
  it("is the same each time, and has no kernel twice", () => {
    expect(operatorKernels()).toEqual(list);
    expect(new Set(list.map(kernelKey)).size).toBe(list.length);
    expect(operatorKernels(300)).toEqual(list.slice(0, 300));
  });

  it("names operators of the catalogue, with work and bytes, none of them huge", () => {
    for (const kernel of list) {
      expect(categoryOf(kernel.kind), kernel.kind).toBeDefined();
      const op = opOfKernel(kernel);
      expect(op.readBytes + op.writeBytes, kernelKey(kernel)).toBeGreaterThan(0);
      expect(op.flops).toBeLessThanOrEqual(1.5e9);
      for (const extent of Object.values(kernel.shape)) expect(Number.isInteger(extent) && extent > 0, kernelKey(kernel)).toBe(true);
    }
  });

  it("has enough shapes for a model of the commonest kinds first, and of every kind early", () => {
    const fitted = (count: number) => {
      const points = new Map<string, number>();
      for (const kernel of list.slice(0, count)) if (!isHeldOut(kernel)) points.set(kernel.kind, (points.get(kernel.kind) ?? 0) + 1);
      return (kind: string) => points.get(kind) ?? 0;
    };
    for (const kind of ["conv", "matmul", "add", "mul", "relu", "transpose", "max-pool", "average-pool", "global-pool", "softmax", "layer-norm"]) expect(fitted(150)(kind), kind).toBeGreaterThanOrEqual(6);
    for (const kind of new Set(list.map((kernel) => kernel.kind))) expect(fitted(450)(kind), kind).toBeGreaterThanOrEqual(6);
  });

  it("covers sizes from the beginning", () => {
    // Any beginning reaches over most of what the whole list does, on a logarithmic scale.
    for (const [kind, extent] of [["matmul", "k"], ["conv", "cIn"], ["softmax", "columns"]] as const) {
      const extents = (count: number) => list.slice(0, count).filter((kernel) => kernel.kind === kind).map(({ shape }) => Math.log(shape[extent]!));
      const width = (values: number[]) => Math.max(...values) - Math.min(...values);
      expect(width(extents(400)) / width(extents(list.length)), kind).toBeGreaterThan(0.75);
    }
  });

  it("has products of few rows by weights that no cache holds, early enough for one model", () => {
    const weightBytes = ({ kind, variant, shape }: (typeof list)[number]) => (kind === "matmul" && variant === undefined && shape["batch"] === 1 ? 4 * shape["n"]! * shape["k"]! : 0);
    const large = list.filter((kernel) => weightBytes(kernel) > 64e6);
    expect(large.length).toBeGreaterThanOrEqual(4);
    expect(large.filter((kernel) => list.indexOf(kernel) < 450).length).toBeGreaterThanOrEqual(2);
    for (const { shape } of large) expect(shape["m"]).toBeLessThanOrEqual(16);
    expect(Math.max(...list.map(weightBytes))).toBeLessThanOrEqual(160e6);
  });

  it("has products whose rows are whole pages apart, and such whose are not, early on", () => {
    const products = list.slice(0, 900).filter(({ kind, variant, shape }) => kind === "matmul" && variant === undefined && shape["batch"] === 1);
    const pages = products.filter(({ shape }) => (4 * shape["k"]!) % 4096 === 0).length;
    expect(pages).toBeGreaterThanOrEqual(6);
    expect(products.length - pages).toBeGreaterThanOrEqual(2 * pages);
  });

  it("can be run by ONNX Runtime, all of it", () => {
    expect(list.filter((kernel) => recipeOf(kernel) === undefined).map(({ kind, variant }) => `${kind} ${variant}`)).toEqual([]);
  });
});

describe("layouts", () => {
  it("of axes that change places are whole matrices, and none where nobody says which axes", () => {
    expect(swapLayout({ elements: 98304, rows: 128, columns: 12, run: 64 })).toEqual([1, 128, 12, 64]);
    expect(swapLayout({ elements: 240, rows: 5, columns: 4, run: 1 })).toEqual([12, 5, 4, 1]);
    expect([swapLayout({ elements: 98304 }), swapLayout({ elements: 241, rows: 5, columns: 4, run: 1 })]).toEqual([undefined, undefined]);
  });

  it("have the extents that they were made from", () => {
    for (const { kind, shape } of list) {
      if (/conv/.test(kind)) {
        const { strides, pads } = convLayout(shape);
        expect(windowOutput(shape["h"]!, shape["kh"]!, { stride: strides[0], padding: pads[0] + pads[2] })).toBe(shape["hOut"]);
        expect(windowOutput(shape["w"]!, shape["kw"]!, { stride: strides[1], padding: pads[1] + pads[3] })).toBe(shape["wOut"]);
      } else if (/^(max|average)-pool/.test(kind)) {
        const layout = poolLayout(shape)!;
        expect(layout.channels * layout.size ** 2).toBe(shape["inputs"]);
        expect(windowOutput(layout.size, layout.kernel, { stride: layout.strides[0], padding: layout.pads[0] + layout.pads[2] })).toBe(layout.sizeOut);
        expect(layout.channels * layout.sizeOut ** 2).toBe(shape["outputs"]);
      }
    }
  });
});
