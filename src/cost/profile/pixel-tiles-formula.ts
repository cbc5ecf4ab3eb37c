import { dtypeBytes, type OpClass } from "../../graph/graph.ts";
import type { Coefficient, Formula } from "./formula.ts";
import type { DeviceFigures } from "./profile.ts";
import { windowOf, type Window } from "./window.ts";

/** Pixels lie side by side in memory, and are read in bursts of so many. */
const burst = 16;
/** Channels are stored in groups of so many. */
const channelGroup = 4;

/**
 * An array of multipliers that computes a tile of a convolution at a time: `tile.n` output channels × `tile.m` pixels,
 * one product of each in every step. Reading the next tile's input, computing, and writing the last one's result go on
 * at once, so that the slowest of the three decides:
 *
 * time = fixed + tiles × each + max(tiles × max(steps × step, channels of a tile × write), bytes / rate)
 *
 * A tile reads whole what lies between the first and the last pixel that it needs: its rows, halo, and for strides
 * above 1 also what is skipped. Every group of output channels reads the image anew. Pooling has one group, and
 * computes four channels' windows where a convolution does one step.
 */
export const pixelTilesFormula: Formula = {
  name: "pixel-tiles",
  summary: "tiles of pixels × channels, read, computed and written at once",
  monotone: false,
  coefficients(works) {
    const least = Math.min(...works.map(({ ns }) => ns));
    if (works.some(({ op, figures }) => figures.tile === undefined || windowOf(op) === undefined)) return undefined;
    const counted = works.map(({ op, figures, ns }) => ({ ns, counts: countsOf(op, figures) }));
    const lowest = (of: (counts: Counts) => number): number => Math.min(...counted.map(({ ns, counts }) => ns / of(counts)));
    const list: Coefficient[] = [
      { name: "fixedNs", start: 0.2 * least, domain: "positive" },
      { name: "tileNs", start: 0.02 * lowest(({ tiles }) => tiles), domain: "positive" },
      { name: "stepNs", start: lowest(({ steps }) => steps), domain: "positive" },
      { name: "bytesPerNs", start: 1 / lowest(({ bytes }) => bytes), domain: "positive" },
    ];
    if (counted.some(({ counts }) => counts.writes > 0)) list.push({ name: "writeNs", start: lowest(({ writes }) => writes), domain: "positive" });
    return list;
  },
  phases({ fixedNs = 0, tileNs = 0, stepNs = 0, bytesPerNs = Infinity, writeNs = 0 }) {
    return ({ op, figures }) => {
      const { tiles, steps, writes, bytes } = countsOf(op, figures);
      return {
        fixedNs,
        computeNs: tiles * tileNs + Math.max(steps * stepNs, writes * writeNs),
        memoryNs: tiles * tileNs + bytes / bytesPerNs,
      };
    };
  },
};

/** What a layer takes: tiles, steps of them all, output channels written of them all, and bytes read. */
interface Counts {
  readonly tiles: number;
  readonly steps: number;
  readonly writes: number;
  readonly bytes: number;
}

type Tile = NonNullable<DeviceFigures["tile"]>;

const known = new WeakMap<OpClass, { readonly tile: Tile; readonly counts: Counts }>();

/** Kept by operator: a fit asks for the same ones hundreds of times. Where the shape does not give the windows, they count as read once, without waste. */
function countsOf(op: OpClass, { tile = { m: 1, n: 1, k: 1 } }: DeviceFigures): Counts {
  const before = known.get(op);
  if (before !== undefined && before.tile.m === tile.m && before.tile.n === tile.n) return before.counts;
  const window = windowOf(op);
  const counts = window ? count(op, window, tile) : { tiles: 1, steps: (op.macs || op.flops) / (tile.m * tile.n), writes: 0, bytes: op.readBytes };
  known.set(op, { tile, counts });
  return counts;
}

function count({ kind, shape, dtype }: OpClass, window: Window, { m: pixels, n: channels }: Tile): Counts {
  const isPool = kind.endsWith("pool");
  const { n: batch = 1, groups = 1, cOut = 1 } = shape;
  const each = Math.ceil(window.channels / groups / channelGroup) * channelGroup;
  const passes = isPool ? 1 : groups * Math.ceil(cOut / groups / channels);
  const { tiles, read } = tilesOf(window, pixels);
  return {
    tiles: batch * passes * tiles,
    steps: batch * passes * tiles * each * window.kernelHeight * window.kernelWidth,
    writes: isPool ? 0 : batch * passes * tiles * channels,
    bytes: batch * passes * read * each * dtypeBytes[dtype],
  };
}

/** Tiles of so many output pixels, and the input pixels that they read together. */
function tilesOf({ height, width, rows, columns, kernelHeight, kernelWidth, strideY, strideX, top, left }: Window, pixels: number): { tiles: number; read: number } {
  const all = rows * columns;
  let read = 0;
  let tiles = 0;
  for (let first = 0; first < all; first += pixels, tiles++) {
    const last = Math.min(all, first + pixels) - 1;
    const from = (Math.floor(first / columns) * strideY - top) * width + (first % columns) * strideX - left;
    const to = (Math.floor(last / columns) * strideY - top + kernelHeight - 1) * width + (last % columns) * strideX - left + kernelWidth - 1;
    const begin = Math.floor(Math.max(0, from) / burst) * burst;
    const end = (Math.floor(Math.min(height * width - 1, to) / burst) + 1) * burst;
    read += Math.max(burst, end - begin);
  }
  return { tiles, read };
}
