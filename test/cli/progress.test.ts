import { describe, expect, it } from "vitest";
import { Progress } from "../../src/cli/progress.ts";

/** The lines that a terminal showed one after the other. */
function shown(tell: (progress: Progress) => void): string[] {
  let err = "";
  tell(new Progress({ out: () => undefined, err: (text) => void (err += text), interactive: true, colour: false }, undefined));
  return err.split("\r\u001b[2K").filter((line) => line !== "");
}

describe("progress on a terminal", () => {
  it("is the share of the operators that have ended", () => {
    expect(shown((progress) => {
      progress.show("simulating a");
      progress.shared.onProgress!(1, 3, 5e6);
    })).toEqual(["simulating a …", "simulating a: 33 % …"]);
  });

  it("is the time so far where threads are all that runs, or still run", () => {
    for (const operators of [0, 3]) expect(shown((progress) => {
      progress.show("simulating a");
      progress.shared.onProgress!(operators, operators, 5e6);
    })).toEqual(["simulating a …", "simulating a: 5.00 ms of time simulated …"]);
  });
});
