import type { CostModel } from "./cost-model.ts";

/** Asks one model after the other; the first that answers is believed. */
export function chainModels(models: readonly CostModel[]): CostModel {
  return {
    name: models.map(({ name }) => name).join(" → "),
    estimate(op, device, width) {
      for (const model of models) {
        const estimate = model.estimate(op, device, width);
        if (estimate) return estimate;
      }
      return undefined;
    },
  };
}
