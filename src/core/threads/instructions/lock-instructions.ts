import type { InterpreterHost } from "../interpreter-host.ts";
import type { Mutexes } from "../primitives/mutexes.ts";
import type { Primitives } from "../primitives/primitives.ts";
import type { RwLocks } from "../primitives/rw-locks.ts";
import type { RaceDetector } from "../race-detector.ts";
import { Phase, type ThreadTable } from "../thread-table.ts";

/** `lock` and `unlock`, of mutexes and reader-writer locks. */
export class LockInstructions {
  private readonly host: InterpreterHost;
  private readonly table: ThreadTable;
  private readonly races: RaceDetector | undefined;
  private readonly mutexes: Mutexes;
  private readonly rwLocks: RwLocks;
  /** By object: 1 = a mutex. */
  private readonly isMutex: Uint8Array;

  constructor(host: InterpreterHost, primitives: Primitives, races: RaceDetector | undefined) {
    this.host = host;
    this.table = host.table;
    this.races = races;
    this.mutexes = primitives.mutexes;
    this.rwLocks = primitives.rwLocks;
    this.isMutex = Uint8Array.from(host.objects.groupOf, (g) => (host.objects.groups[g]!.kind === "mutex" ? 1 : 0));
  }

  /** True when the thread has the lock; otherwise it waits for it. */
  lock(thread: number, object: number, mode: number): boolean {
    const { phase, waitsFor } = this.table;
    const isMutex = this.isMutex[object] === 1;
    if (phase[thread] === Phase.granted) phase[thread] = Phase.fresh;
    else if (phase[thread] === Phase.waiting) {
      if (!isMutex || !this.mutexes.lookAgain(thread, object)) return false;
      phase[thread] = Phase.fresh;
      this.host.endWait(thread);
      this.table.isSpinning[thread] = 0;
    } else {
      if (!(isMutex ? this.mutexes.lock(thread, object) : this.rwLocks.lock(thread, object, mode))) return false;
      if (waitsFor[thread] === object) this.host.endWait(thread);
    }
    this.races?.acquire(thread, object);
    return true;
  }

  unlock(thread: number, object: number): void {
    this.races?.release(thread, object);
    if (this.isMutex[object] === 1) this.mutexes.unlock(thread, object);
    else this.rwLocks.unlock(thread, object);
  }
}
