import type { Io } from "./command.ts";

/** One line on a terminal's stderr that says what is being done; nothing elsewhere. */
export class Progress {
  readonly #io: Io;
  #shown = false;
  /** The engine's round counter, for whoever watches this thread. */
  readonly shared: { readonly progress?: Int32Array };

  constructor(io: Io, progress: Int32Array | undefined) {
    this.#io = io;
    this.shared = progress === undefined ? {} : { progress };
  }

  show(text: string): void {
    if (!this.#io.interactive) return;
    this.#io.err(`\r\u001b[2K${text} …`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#io.err("\r\u001b[2K");
    this.#shown = false;
  }
}
