import { expect, it } from "vitest";
import { efficiencyOf } from "../../src/cost/roofline.ts";
import { device } from "./make.ts";

it("looks efficiencies up by kind and element type, kind, category, default; options first", () => {
  const it = device({ efficiency: { "matmul/i8": 0.2, matmul: 0.5, "memory/f16": 0.6, memory: 0.7, default: 0.9 } });
  const of = (kind: string, dtype: "f32" | "f16" | "i8", options = {}) => efficiencyOf({ kind, dtype }, it, options);
  expect([of("matmul", "i8"), of("matmul", "f32"), of("relu", "f16"), of("relu", "f32"), of("conv", "f32")]).toEqual([0.2, 0.5, 0.6, 0.7, 0.9]);
  expect(of("matmul", "i8", { efficiency: { matmul: 0.4 } })).toBe(0.4);
});
