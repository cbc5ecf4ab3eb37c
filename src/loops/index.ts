import { Registry } from "../base/registry.ts";
import type { LoopPolicyDefinition } from "../plugin.ts";
import { auto } from "./auto.ts";
import { dynamic } from "./dynamic.ts";
import { factoring } from "./factoring.ts";
import { guided } from "./guided.ts";
import { staticLoop } from "./static.ts";
import { steal } from "./steal.ts";
import { trapezoid } from "./trapezoid.ts";

/** All built-in loop policies: how the iterations of a parallel loop are cut into pieces. */
export const loopPolicies = new Registry<LoopPolicyDefinition>("loop policy", [staticLoop, dynamic, guided, auto, steal, factoring, trapezoid]);
