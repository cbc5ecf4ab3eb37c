import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MatrixGame } from "../../src/solver/matrix-game.ts";

describe("MatrixGame", () => {
  it("solves a game by hand: 3/4 with weights 1/4 and 3/4", () => {
    const game = new MatrixGame(2, 2);
    game.addRow([]);
    game.addRow([]);
    game.addColumn([3, 0]);
    game.addColumn([0, 1]);
    const { rows, columns, value } = game.solve();
    expect(value).toBeCloseTo(0.75, 9);
    expect([...rows, ...columns]).toEqual([0.25, 0.75, 0.25, 0.75].map((weight) => expect.closeTo(weight, 9)));
  });

  it("stays optimal while rows and columns are added and replaced: neither player can do better", () => {
    const step = fc.record({ kind: fc.constantFrom("row", "column", "column", "replace"), payoff: fc.array(fc.nat(9), { minLength: 30, maxLength: 30 }), at: fc.nat(100) });
    fc.assert(fc.property(fc.array(step, { minLength: 2, maxLength: 25 }), (steps) => {
      const game = new MatrixGame(30, 30);
      const payoff = [[2]];
      game.addRow([]);
      game.addColumn([2]);
      for (const { kind, payoff: values, at } of steps) {
        if (kind === "row") {
          payoff.push(values.slice(0, game.columnCount));
          game.addRow(payoff.at(-1)!);
        } else if (kind === "column") {
          payoff.forEach((row, r) => row.push(values[r]!));
          game.addColumn(values.slice(0, payoff.length));
        } else {
          payoff[at % payoff.length] = values.slice(0, game.columnCount);
          game.replaceRow(at % payoff.length, values.slice(0, game.columnCount));
        }
        const { rows, columns, value } = game.solve();
        const least = Math.min(...payoff[0]!.map((_, c) => payoff.reduce((sum, row, r) => sum + rows[r]! * row[c]!, 0)));
        const most = Math.max(...payoff.map((row) => row.reduce((sum, cell, c) => sum + columns[c]! * cell, 0)));
        expect(least).toBeCloseTo(value, 6);
        expect(most).toBeCloseTo(value, 6);
      }
    }), { numRuns: 200, seed: 3 });
  });
});
