import type { PolicyView } from "../../plugin.ts";

/**
 * What setups are charged to the ops that need them, where devices load configurations. A setup rarely repays itself
 * with one op, and often with the many that follow. Nobody knows what follows, so this is the rule of ski rental: an op
 * that goes elsewhere, and would have completed sooner here had its configuration been loaded, leaves that time as a
 * credit of the configuration on this device. The next op that needs it is charged the setup less the credit. So a
 * configuration is loaded once its absence has cost about as much as loading it, and no sooner. While one is loaded,
 * what it gains is taken off the credits of the others there, so that two that are needed in turn do not evict each other at every
 * op; a setup that is bought ends all credits of the device.
 * @source A. R. Karlin, M. S. Manasse, L. Rudolph, D. D. Sleator, "Competitive snoopy caching", Algorithmica 3, 1988, doi:10.1007/BF01762111: rent until the rents add up to the price
 */
export class SetupCredit {
  /** Whether any device loads configurations; without, nothing here need be asked. */
  readonly hasReloads: boolean;
  readonly #view: PolicyView;
  /** Devices that load configurations, by id. */
  readonly #reloading: readonly number[];
  /** By device: ticks by configuration. */
  readonly #credits: readonly Map<number, number>[];

  constructor(view: PolicyView) {
    this.#view = view;
    this.#reloading = Array.from({ length: view.deviceCount }, (_, d) => d).filter((d) => view.reloadTicks(d) > 0);
    this.#credits = Array.from({ length: view.deviceCount }, () => new Map<number, number>());
    this.hasReloads = this.#reloading.length > 0;
  }

  /** The setup that counts when devices are compared for `op`: the one expected on `device`, less the credit. */
  charged(op: number, device: number): number {
    const setup = this.#view.setupTicks(op, device);
    return setup === 0 ? 0 : Math.max(0, setup - (this.#credits[device]!.get(this.#view.configuration(op, device)) ?? 0));
  }

  /**
   * Keeps account of the choice of `chosen` for `op`; before it is placed.
   * @param wait by device: ticks until it can begin another op.
   * @returns does so; a batch heuristic calls it when the batch is done, so that one batch is mapped by the same charges.
   */
  settle(op: number, chosen: number, wait: Float64Array): () => void {
    const view = this.#view;
    const here = completion(view, op, chosen, wait) + view.setupTicks(op, chosen);
    const entries = this.#reloading.map((device) => {
      const configuration = view.configuration(op, device);
      const setup = view.setupTicks(op, device);
      const gain = device === chosen ? this.#elsewhere(op, chosen, wait) - here : here - completion(view, op, device, wait);
      return { device, configuration, setup, gain };
    });
    return () => {
      for (const { device, configuration, setup, gain } of entries) {
        const credits = this.#credits[device]!;
        if (device === chosen) {
          if (setup > 0) credits.clear();
          else if (gain > 0) for (const [other, credit] of credits) credits.set(other, Math.max(0, credit - gain));
        } else if (setup > 0 && gain > 0) credits.set(configuration, Math.min(setup, (credits.get(configuration) ?? 0) + gain));
      }
    };
  }

  /** Earliest completion of `op` on another device than `chosen`; 0 = there is none. */
  #elsewhere(op: number, chosen: number, wait: Float64Array): number {
    let earliest = Infinity;
    for (let d = 0; d < wait.length; d++) if (d !== chosen) earliest = Math.min(earliest, completion(this.#view, op, d, wait) + this.#view.setupTicks(op, d));
    return earliest < Infinity ? earliest : 0;
  }
}

/** Expected completion without setup. */
function completion(view: PolicyView, op: number, device: number, wait: Float64Array): number {
  const execution = view.estimateTicks(op, device);
  return execution === Infinity ? Infinity : Math.max(wait[device]!, view.dataTicks(op, device)) + execution;
}
