import type { TaskGraph } from "./static-view.ts";

/** Edges as [from, to, ticks], tasks counted from 1 as the papers do. */
function fromOne(edges: readonly (readonly [number, number, number])[]): TaskGraph["edges"] {
  return edges.map(([from, to, ticks]) => [from - 1, to - 1, ticks] as const);
}

/** The example of Topcuoglu, Hariri, Wu 2002, figure 3 and table 1, doi:10.1109/71.993206. */
export const topcuoglu: TaskGraph = {
  costs: [[14, 16, 9], [13, 19, 18], [11, 13, 19], [13, 8, 17], [12, 13, 10], [13, 16, 9], [7, 15, 11], [5, 11, 14], [18, 12, 20], [21, 7, 16]],
  edges: fromOne([
    [1, 2, 18], [1, 3, 12], [1, 4, 9], [1, 5, 11], [1, 6, 14], [2, 8, 19], [2, 9, 16], [3, 7, 23],
    [4, 8, 27], [4, 9, 23], [5, 9, 13], [6, 8, 15], [7, 10, 17], [8, 10, 11], [9, 10, 13],
  ]),
};

/** The example of Arabnejad, Barbosa 2014, figure 1, doi:10.1109/TPDS.2013.57. */
export const arabnejad: TaskGraph = {
  costs: [[22, 21, 36], [22, 18, 18], [32, 27, 43], [7, 10, 4], [29, 27, 35], [26, 17, 24], [14, 25, 30], [29, 23, 36], [15, 21, 8], [13, 16, 33]],
  edges: fromOne([
    [1, 2, 17], [1, 3, 31], [1, 4, 29], [1, 5, 13], [1, 6, 7], [2, 8, 3], [2, 9, 30], [3, 7, 16],
    [4, 8, 11], [4, 9, 7], [5, 9, 57], [6, 8, 5], [7, 10, 9], [8, 10, 42], [9, 10, 7],
  ]),
};
