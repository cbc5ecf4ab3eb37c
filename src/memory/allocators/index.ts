import { Registry } from "../../base/registry.ts";
import type { AllocatorDefinition } from "../../plugin.ts";
import { bestFit } from "./best-fit.ts";
import { buddy } from "./buddy.ts";
import { bump } from "./bump.ts";
import { caching } from "./caching.ts";
import { firstFit } from "./first-fit.ts";
import { sizeClass } from "./size-class.ts";

/** All built-in allocators. */
export const allocators = new Registry<AllocatorDefinition>("allocator", [bump, firstFit, bestFit, buddy, sizeClass, caching]);
