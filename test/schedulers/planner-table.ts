import type { PolicyView } from "../../src/plugin.ts";
import { planBil } from "../../src/schedulers/bil.ts";
import { planDls } from "../../src/schedulers/dls.ts";
import { planDsc } from "../../src/schedulers/dsc.ts";
import { planEtf } from "../../src/schedulers/etf.ts";
import { planHcpt } from "../../src/schedulers/hcpt.ts";
import { planHeft } from "../../src/schedulers/heft.ts";
import { planHlfet } from "../../src/schedulers/hlfet.ts";
import { planLookahead } from "../../src/schedulers/lookahead.ts";
import { planMcp } from "../../src/schedulers/mcp.ts";
import { planMh } from "../../src/schedulers/mh.ts";
import type { Plan } from "../../src/schedulers/planning/plan.ts";

/** Static list schedulers beyond HEFT, CPOP and PEFT, with how each makes its plan. */
export const listPlanners: [name: string, planOf: (view: PolicyView) => Plan][] = [
  ["lookahead", planLookahead], ["hcpt", planHcpt], ["bil", planBil], ["dls", planDls], ["etf", planEtf],
  ["mcp", planMcp], ["mh", planMh], ["hlfet", planHlfet], ["dsc", planDsc],
];

/** HEFT without gaps, which is no scheduler of its own. */
export const planHeftWithoutGaps = (view: PolicyView): Plan => planHeft(view, false);
