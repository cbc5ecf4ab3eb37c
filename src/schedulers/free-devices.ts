import type { PolicyView } from "../plugin.ts";

/** The devices with room for another op (free slots that no queued op will take), by id. */
export class FreeDevices {
  /** The first {@link count} are valid. */
  readonly ids: Uint32Array;
  readonly #room: Int32Array;
  count = 0;

  constructor(deviceCount: number) {
    this.ids = new Uint32Array(deviceCount);
    this.#room = new Int32Array(deviceCount);
  }

  /** Looks at every device once; to be called at the start of a dispatch. */
  refresh(view: PolicyView): void {
    this.count = 0;
    for (let d = 0; d < view.deviceCount; d++) {
      const free = view.freeSlots(d);
      if (free === 0) continue;
      const room = free - view.queued(d);
      if (room <= 0) continue;
      this.#room[d] = room;
      this.ids[this.count++] = d;
    }
  }

  /** One more op goes to `device`, which must be free. */
  use(device: number): void {
    if (--this.#room[device]! > 0) return;
    const at = this.ids.indexOf(device);
    this.ids.copyWithin(at, at + 1, this.count--);
  }
}
