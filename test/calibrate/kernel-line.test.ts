import { describe, expect, it } from "vitest";
import { kernelLine, parseKernelLine, parseKernelList } from "../../src/calibrate/kernel-line.ts";

describe("lines of kernels", () => {
  it("are read as they are written", () => {
    const kernel = { kind: "matmul", dtype: "f16" as const, shape: { batch: 1, m: 8, n: 4, k: 2 }, variant: "tile64" };
    expect(kernelLine(kernel)).toBe("matmul f16 batch=1 m=8 n=4 k=2 variant=tile64");
    expect(parseKernelLine(kernelLine(kernel))).toEqual(kernel);
    expect(parseKernelList("# sizes\n\nlaunch.kernel u8\ncopy f32 elements=3\n")).toEqual([{ kind: "launch.kernel", dtype: "u8", shape: {} }, { kind: "copy", dtype: "f32", shape: { elements: 3 } }]);
  });

  it("are refused where they are none", () => {
    for (const line of ["matmul", "matmul f33 m=1", "matmul f32 m", "matmul f32 m=", "matmul f32 m=x", "matmul f32 m=1=2"]) expect(() => parseKernelLine(line), line).toThrow(/^not a/);
  });
});
