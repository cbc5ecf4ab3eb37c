import type { SharedResources } from "../shared-resources.ts";
import { TRANSFER_ORDER } from "./thread-activities.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import type { ThreadWaits } from "./thread-waits.ts";

/** Transfers to and from files: threads sleep until theirs has ended, and those of a file share its bandwidth. */
export class FileTransfers {
  private readonly kernel: ThreadKernel;
  private readonly resources: SharedResources;
  private readonly firstResource: number;
  private readonly waits: ThreadWaits;
  /** By thread that waits for one: the activity. */
  readonly #activities = new Map<number, number>();

  /** @param firstResource number of the resource that is the first of the files */
  constructor(kernel: ThreadKernel, resources: SharedResources, firstResource: number, waits: ThreadWaits) {
    this.kernel = kernel;
    this.resources = resources;
    this.firstResource = firstResource;
    this.waits = waits;
  }

  start(thread: number, object: number, bytes: number): void {
    const { objects, use, now } = this.kernel;
    const resources = this.resources;
    const group = objects.group(object, "file");
    use.taken[object]!++;
    this.waits.park(thread, object);
    const key = TRANSFER_ORDER + thread;
    const bundle = resources.bundle(key, now);
    resources.use(bundle, this.firstResource + object, group.bytesPerTick);
    this.#activities.set(thread, resources.open(bundle, key, bytes / group.bytesPerTick + group.latencyTicks, now));
  }

  /** The transfer of the thread has ended. */
  end(thread: number): void {
    this.resources.close(this.#activities.get(thread)!);
    this.#activities.delete(thread);
    this.waits.transferred(thread);
  }
}
