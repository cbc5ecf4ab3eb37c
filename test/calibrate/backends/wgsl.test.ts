import { describe, expect, it } from "vitest";
import { checkedPositions } from "../../../src/calibrate/backends/wgsl/check.ts";
import { fromHalf, toHalf } from "../../../src/calibrate/backends/wgsl/half.ts";
import { divisorNearRoot } from "../../../src/calibrate/backends/wgsl/movement.ts";
import { operandBytes, operandChunk } from "../../../src/calibrate/backends/wgsl/operand-data.ts";
import { folded, indices, period, values } from "../../../src/calibrate/backends/wgsl/program.ts";
import { programFor } from "../../../src/calibrate/backends/wgsl/programs.ts";
import { parseKernelLine } from "../../../src/calibrate/kernel-line.ts";

const limits = { groups: 65535, threads: 256, workgroupBytes: 16384 };
const of = (line: string, has = limits) => programFor(parseKernelLine(line), has);

describe("half precision", () => {
  it("has the numbers that the standard names", () => {
    for (const [value, bits] of [[0, 0], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65520, 0x7c00], [2 ** -14, 0x0400], [2 ** -24, 1], [2 ** -25, 0], [1 / 3, 0x3555], [NaN, 0x7e00]] as const) expect(toHalf(value), `${value}`).toBe(bits);
    expect(fromHalf(0xfc00)).toBe(-Infinity);
    expect(fromHalf(0xffff)).toBeNaN();
  });

  it("comes back as it went", () => {
    for (let bits = 0; bits < 0x7c00; bits++) if (toHalf(fromHalf(bits)) !== bits || toHalf(-fromHalf(bits)) !== (bits | 0x8000)) throw new Error(`${bits}`);
  });
});

describe("operands", () => {
  it("are exact in f16, differ from one another, and repeat as they say", () => {
    const [a, b] = [values(10_000, 1), values(10_000, 2)];
    for (let i = 0; i < period; i++) expect(fromHalf(toHalf(a.at(i)))).toBe(a.at(i));
    expect(Array.from({ length: 50 }, (_, i) => a.at(i))).not.toEqual(Array.from({ length: 50 }, (_, i) => b.at(i)));
    const stored = new Float32Array(operandChunk(a, "f32").buffer);
    for (let i = 0; i < 10_000; i++) if (stored[i] !== a.at(i)) throw new Error(`${i}`);
  });

  it("take whole words", () => {
    expect(operandBytes(values(3, 1), "f16")).toBe(8);
    expect(operandChunk(values(3, 1), "f16").byteLength).toBe(8);
    expect(operandBytes(indices(3, 5), "f16")).toBe(12);
  });
});

describe("programs", () => {
  it("take the largest tile that leaves enough workgroups", () => {
    expect(of("matmul f32 m=4096 n=4096 k=64").way).toBe("tile128");
    expect(of("matmul f32 m=1024 n=1024 k=64").way).toBe("tile64");
    expect(of("matmul f32 m=64 n=64 k=64").way).toBe("tile32");
    expect(of("matmul f32 batch=256 m=64 n=64 k=64").way).toBe("tile64");
    expect(of("matmul f32 m=4096 n=4096 k=64 variant=tile16").way).toBe("tile16");
    expect(of("matmul f32 m=4096 n=4096 k=64", { ...limits, threads: 64 }).way).toBe("tile32");
    expect(of("depthwise-conv f32 n=1 cIn=8 cOut=8 h=9 w=9 hOut=9 wOut=9 kh=3 kw=3 groups=8").way).toBe("direct");
  });

  it("say what they cannot run", () => {
    for (const [line, message] of [
      ["fft f32 n=8", "there is no WGSL kernel for fft"], ["matmul f32 m=8 n=8", "matmul needs the extent k, a whole number from 1"], ["matmul bf16 m=8 n=8 k=8", "WGSL has no bf16; there are kernels for f32 and f16"],
      ["matmul f32 m=8 n=8 k=8 variant=tile7", 'there is no variant "tile7"; there are tile128, tile64, tile32, tile16'], ["reduce f32 inputs=7 outputs=2", "7 elements cannot be cut into 2 equal rows"],
      ["conv f32 n=1 cIn=3 cOut=4 h=9 w=9 hOut=9 wOut=9 kh=3 kw=3 groups=2", "3 and 4 channels cannot be cut into 2 groups"], ["layer-norm f32 elements=10 parameters=6", "6 parameters do not fit 10 elements: a row of half as many elements must divide them"],
    ] as const) expect(() => of(line)).toThrow(message);
    expect(() => of("matmul f32 m=8 n=8 k=8 variant=tile128", { ...limits, threads: 64 })).toThrow("tile128 needs 256 threads");
  });

  it("know what must come out", () => {
    const product = of("matmul f32 m=2 n=3 k=4");
    const [a, b] = product.inputs as [ReturnType<typeof values>, ReturnType<typeof values>];
    expect(product.expected(5)).toBeCloseTo([0, 1, 2, 3].reduce((sum, i) => sum + a.at(4 + i) * b.at(3 * i + 2), 0), 12);
    const softmax = of("softmax f32 rows=2 columns=5");
    expect([5, 6, 7, 8, 9].reduce((sum, i) => sum + softmax.expected(i), 0)).toBeCloseTo(1, 12);
  });

  it("check all of a small result, and the ends of a large one", () => {
    expect(checkedPositions(of("softmax f32 rows=3 columns=7")).length).toBe(21);
    const positions = checkedPositions(of("matmul f32 m=4096 n=4096 k=4096"));
    expect([positions[0], positions.at(-1)]).toEqual([0, 4096 * 4096 - 1]);
    expect(positions.length).toBeGreaterThan(30);
  });

  it("fold many workgroups into two axes", () => {
    expect(folded(10, 65535)).toEqual([10, 1]);
    const [x, y] = folded(200_001, 65535);
    expect(x * y).toBeGreaterThanOrEqual(200_001);
    expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
    expect([divisorNearRoot(36), divisorNearRoot(24), divisorNearRoot(101)]).toEqual([6, 4, 1]);
  });
});
