import { describe, expect, test } from "vitest";
import { decodeMessage, headLength, ProtoError, type ProtoSchema } from "../../../src/graph/onnx/protobuf.ts";

const schema: ProtoSchema = { A: { 1: ["n", "int"], 2: ["list", "ints"], 3: ["text", "string"], 4: ["raw", "bytes"], 5: ["inner", "A"], 6: ["many", "A[]"], 7: ["f", "float"], 8: ["head", "head-ints"] } };
const decode = (...bytes: number[]): Record<string, unknown> => decodeMessage(Uint8Array.from(bytes), schema, "A") as Record<string, unknown>;

describe("protobuf reader", () => {
  test("numbers: small, large and negative", () => {
    expect(decode(8, 0x96, 0x01)["n"]).toBe(150);
    expect(decode(8, ...new Array<number>(9).fill(0xff), 0x01)["n"]).toBe(-1);
    expect(decode(8, 0x80, 0x80, 0x80, 0x80, 0xf8, ...new Array<number>(4).fill(0xff), 0x01)["n"]).toBe(-(2 ** 31));
    expect(decode(8, ...new Array<number>(8).fill(0xff), 0x7f)["n"]).toBe(2 ** 63);
    expect(decode(0x3d, 0, 0, 0x80, 0x3f)["f"]).toBe(1);
  });
  test("lists: packed, one by one, and their heads", () => {
    expect(decode(0x12, 3, 1, 2, 3)["list"]).toEqual([1, 2, 3]);
    expect(decode(0x10, 1, 0x10, 2)["list"]).toEqual([1, 2]);
    expect(decode()["list"]).toEqual([]);
    expect(decode(0x42, 0xd0, 0x0f, ...new Array<number>(2000).fill(1))["head"]).toHaveLength(headLength);
  });
  test("bytes are a view of the input", () => {
    const bytes = Uint8Array.of(0x22, 3, 7, 8, 9);
    const { raw } = decodeMessage(bytes, schema, "A") as { raw: Uint8Array };
    expect([...raw]).toEqual([7, 8, 9]);
    expect(raw.buffer).toBe(bytes.buffer);
  });
  test("unknown fields of every wire type are skipped", () => {
    expect(decode(0x78, 5, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 2, 1, 1, 0x7d, 1, 2, 3, 4, 8, 3)["n"]).toBe(3);
  });
  test("messages within messages", () => {
    expect(decode(0x2a, 2, 8, 5, 0x32, 2, 8, 1, 0x32, 2, 8, 2)).toMatchObject({ inner: { n: 5 }, many: [{ n: 1 }, { n: 2 }] });
  });
  test.each([
    ["cut number", [8, 0x80]], ["endless number", [8, ...new Array<number>(11).fill(0x80)]], ["length beyond the end", [0x1a, 5, 65]], ["inner length beyond the outer", [0x2a, 2, 0x1a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["group", [0x0b]], ["wrong wire type", [0x0d, 0, 0, 0, 0]], ["field 0", [0, 0]], ["cut float", [0x3d, 0, 0]],
  ])("rejects: %s", (_, bytes) => {
    expect(() => decode(...bytes)).toThrow(ProtoError);
  });
  test("deep nesting and floods of empty messages end with an error", () => {
    let nested: number[] = [];
    for (let i = 0; i < 120; i++) nested = [0x2a, ...varint(nested.length), ...nested];
    expect(() => decode(...nested)).toThrow("nested");
    const flood = new Uint8Array(200_000).map((_, i) => (i % 2 === 0 ? 0x32 : 0));
    expect((decodeMessage(flood, schema, "A") as { many: unknown[] }).many).toHaveLength(100_000);
    expect(() => decodeMessage(flood, schema, "A", 1e6)).toThrow("more small fields");
  });
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
