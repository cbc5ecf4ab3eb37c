import type { PolicyView } from "../../plugin.ts";

/** The devices with room for another op (free slots that no queued op will take), by id. */
export class FreeDevices {
  /** The first {@link count} are valid. */
  readonly ids: Uint32Array;
  count = 0;
  readonly #view: PolicyView;

  constructor(view: PolicyView) {
    this.ids = new Uint32Array(view.deviceCount);
    this.#view = view;
  }

  /** Looks at every device once; to be called at the start of a dispatch. */
  refresh(): void {
    this.count = this.#view.devicesWithRoom(this.ids);
  }

  /** The first of them that can run `op`; -1 when there is none. */
  firstFor(op: number): number {
    for (let i = 0; i < this.count; i++) if (this.#view.estimateTicks(op, this.ids[i]!) < Infinity) return this.ids[i]!;
    return -1;
  }

  /** One more op was placed on `device`, which was free. */
  use(device: number): void {
    if (this.#view.freeSlots(device) > this.#view.queued(device)) return;
    // By hand: a call of indexOf or copyWithin costs more than the few steps it saves.
    let at = 0;
    while (this.ids[at] !== device) at++;
    this.count--;
    for (; at < this.count; at++) this.ids[at] = this.ids[at + 1]!;
  }
}
