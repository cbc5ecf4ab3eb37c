import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineThreadPolicy, type ThreadView } from "../plugin.ts";
import { InTurn } from "./queues/in-turn.ts";

const options = z.strictObject({
  carriers: z.int().min(0).default(0).describe("Cores that carry them, the first ones; 0 = all"),
  switch: quantity("time").prefault("200ns").describe("What changing from one to another takes, which needs no call of the kernel"),
});

/**
 * Many tasks on few carriers (M:N): each core carries one operating-system thread that takes the oldest runnable task and
 * runs it until it waits, yields or ends; nothing interrupts it. Changing from one task to another is a jump within the
 * process, so it takes a fraction of a thread switch; the default is a round figure, not measured.
 * @source M. E. Conway, "Design of a separable transition-diagram compiler", CACM 6(7), 1963, doi:10.1145/366663.366704
 */
export const coroutines = defineThreadPolicy<z.infer<typeof options>>({
  name: "coroutines",
  summary: "many tasks on few carriers, changing only where they yield or wait, at a cheap switch",
  source: "M. E. Conway, \"Design of a separable transition-diagram compiler\", CACM 6(7), 1963, doi:10.1145/366663.366704",
  options,
  create: ({ carriers, switch: switchNs }) => new Carriers(switchNs, carriers === 0 ? Infinity : carriers),
});

class Carriers extends InTurn {
  readonly #switchNs: number;
  #tickNs = 1;

  constructor(switchNs: number, carriers: number) {
    super(Infinity, carriers);
    this.#switchNs = switchNs;
  }

  get switchTicks(): number {
    return this.#switchNs / this.#tickNs;
  }

  override prepare(view: ThreadView): void {
    super.prepare(view);
    this.#tickNs = view.tickNs;
  }
}
