import { defineSync } from "../plugin.ts";

/**
 * Every output is visible to its consumers the moment its op ends: no synchronization but the data itself. What the
 * other policies cost is measured against this one.
 */
export const dataflow = defineSync({
  name: "dataflow",
  summary: "an output is visible as soon as its operator ends",
  create: () => ({}),
});
