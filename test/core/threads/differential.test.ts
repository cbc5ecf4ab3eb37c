import { describe, it } from "vitest";
import { assertSameEnds } from "../../reference/thread-worlds.ts";

describe("the engine and a naive simulator of the same rules", () => {
  it("end every thread of random programs at the same tick", () => assertSameEnds(500, 7));
});
