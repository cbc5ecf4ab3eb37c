import { formatNs } from "../base/units.ts";
import type { Io } from "./command.ts";

const eraseLine = "\r\u001b[2K";

/** Removes a line of progress that may stand on the terminal, before something else is told there. */
export function eraseProgress(io: Io): void {
  if (io.interactive) io.err(eraseLine);
}

/** The share of the operators that have ended; where none is left, threads go on, and nobody knows for how long. */
function progressText(ended: number, total: number, simulatedNs: number): string {
  return ended < total ? `${Math.floor((100 * ended) / total)} %` : `${formatNs(simulatedNs)} of time simulated`;
}

/** One line on a terminal's stderr that says what is being done; nothing elsewhere. */
export class Progress {
  readonly #io: Io;
  #shown = false;
  #text = "";
  /** For the engine: its round counter, for whoever watches this thread; and how far it is, for the line. */
  readonly shared: { readonly progress?: Int32Array; readonly onProgress?: (ended: number, total: number, simulatedNs: number) => void };

  constructor(io: Io, progress: Int32Array | undefined) {
    this.#io = io;
    this.shared = {
      ...(progress !== undefined && { progress }),
      ...(io.interactive && { onProgress: (ended: number, total: number, simulatedNs: number) => this.#write(`${this.#text}: ${progressText(ended, total, simulatedNs)}`) }),
    };
  }

  show(text: string): void {
    this.#text = text;
    this.#write(text);
  }

  #write(text: string): void {
    if (!this.#io.interactive) return;
    this.#io.err(`${eraseLine}${text} …`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#io.err(eraseLine);
    this.#shown = false;
  }
}
