import { Registry } from "../base/registry.ts";
import type { SchedulerDefinition } from "../plugin.ts";
import { annealing } from "./annealing.ts";
import { bLevel } from "./b-level.ts";
import { balance } from "./balance.ts";
import { bandit } from "./bandit.ts";
import { bil } from "./bil.ts";
import { cpop } from "./cpop.ts";
import { criticalPathOnFastest } from "./critical-path-on-fastest.ts";
import { dask } from "./dask.ts";
import { dls } from "./dls.ts";
import { dm } from "./dm.ts";
import { dmda } from "./dmda.ts";
import { dmdar } from "./dmdar.ts";
import { dmdas } from "./dmdas.ts";
import { dsc } from "./dsc.ts";
import { duplex } from "./duplex.ts";
import { eager } from "./eager.ts";
import { edf } from "./edf.ts";
import { elastic } from "./elastic.ts";
import { etf } from "./etf.ts";
import { exact } from "./exact.ts";
import { feedback } from "./feedback.ts";
import { fifo } from "./fifo.ts";
import { genetic } from "./genetic.ts";
import { hcpt } from "./hcpt.ts";
import { heft } from "./heft.ts";
import { heteroprio } from "./heteroprio.ts";
import { hld } from "./hld.ts";
import { hlfet } from "./hlfet.ts";
import { hybrid } from "./hybrid.ts";
import { list } from "./list.ts";
import { lookahead } from "./lookahead.ts";
import { lws } from "./lws.ts";
import { maxMin } from "./max-min.ts";
import { mcp } from "./mcp.ts";
import { mct } from "./mct.ts";
import { memoryAware } from "./memory-aware.ts";
import { met } from "./met.ts";
import { mh } from "./mh.ts";
import { minMin } from "./min-min.ts";
import { olb } from "./olb.ts";
import { ortParallel } from "./ort-parallel.ts";
import { ortSequential } from "./ort-sequential.ts";
import { peft } from "./peft.ts";
import { pipeline } from "./pipeline.ts";
import { portfolioOf } from "./portfolio.ts";
import { prio } from "./prio.ts";
import { random } from "./random.ts";
import { replay } from "./replay.ts";
import { roundRobin } from "./round-robin.ts";
import { sjf } from "./sjf.ts";
import { streamOrder } from "./stream-order.ts";
import { sufferage } from "./sufferage.ts";
import { tLevel } from "./t-level.ts";
import { tfInterOp } from "./tf-inter-op.ts";
import { workStealing } from "./work-stealing.ts";
import { ws } from "./ws.ts";

/** Schedulers that can do without options. */
const independent: SchedulerDefinition[] = [
  heft, cpop, peft, lookahead, hcpt, bil, dls, etf, mcp, mh, hlfet, dsc,
  tLevel, criticalPathOnFastest, olb, duplex,
  bLevel, fifo, workStealing, balance,
  dmda, mct, met, minMin, maxMin, sufferage, roundRobin, random,
  eager, prio, dm, dmdar, dmdas, ws, lws, heteroprio, dask,
  ortSequential, ortParallel, tfInterOp, streamOrder,
  sjf, edf, memoryAware, feedback, bandit,
  hybrid, genetic, annealing, elastic, pipeline,
];

/** All built-in schedulers: static plans, dynamic lists, mappings to queues, feedback, and schedules given by hand. */
export const schedulers = new Registry<SchedulerDefinition>("scheduler", [
  ...independent,
  portfolioOf([...independent, hld], ["heft", "peft", "cpop", "dls", "b-level", "dmda", "dmdas"]),
  hld, exact, list, replay,
]);
