import { randomSource } from "../../base/random.ts";
import { CoreTable } from "./core-table.ts";
import { ObjectUse } from "./object-use.ts";
import { ObjectIds } from "./objects.ts";
import { RaceDetector, touchesData } from "./race-detector.ts";
import { ThreadMeasures } from "./thread-measures.ts";
import { ThreadNames } from "./thread-names.ts";
import { ThreadRows } from "./thread-rows.ts";
import type { ThreadCosts, ThreadSpec } from "./thread-spec.ts";
import { ThreadTable } from "./thread-table.ts";
import { WaitLists } from "./wait-lists.ts";

/** Threads, cores and what they meet at, as they are now, and what is kept of how they came there: the state that all parts of the engine look at. */
export abstract class ThreadWorld {
  readonly spec: ThreadSpec;
  readonly costs: ThreadCosts;
  readonly tickNs: number;
  readonly table: ThreadTable;
  readonly names: ThreadNames;
  readonly cores: CoreTable;
  readonly objects: ObjectIds;
  readonly lists: WaitLists;
  readonly use: ObjectUse;
  readonly measures: ThreadMeasures;
  readonly rows: ThreadRows;
  /** Undefined where no program touches shared data. */
  readonly races: RaceDetector | undefined;
  readonly random: () => number;
  /** The tick of the round. */
  now = 0;

  constructor(spec: ThreadSpec, tickNs: number, seed: number) {
    this.spec = spec;
    this.costs = spec.costs;
    this.tickNs = tickNs;
    this.table = new ThreadTable(spec);
    this.names = new ThreadNames(spec, this.table);
    this.cores = new CoreTable(spec.cores);
    this.objects = new ObjectIds(spec);
    this.lists = new WaitLists(this.objects.count);
    this.use = new ObjectUse(this.objects.count);
    this.measures = new ThreadMeasures(spec);
    this.rows = new ThreadRows(this.cores.count);
    this.races = touchesData(spec.program) ? new RaceDetector(this.table, this.objects, spec.program) : undefined;
    this.random = randomSource(seed, "threads/locks");
  }
}
