/** What an activity uses of a resource while it runs at full rate. */
export interface Demand {
  readonly resource: number;
  readonly amount: number;
}

/**
 * Weighted max-min fair rates by progressive filling. Every activity has at least one demand, all on resources of finite
 * capacity. Rates lie in [0, 1]; the order of `activities` is the order of all sums.
 */
export function maxMinRates(activities: readonly (readonly Demand[])[], capacity: ArrayLike<number>): number[] {
  const rate: (number | undefined)[] = activities.map(() => undefined);
  const weight = activities.map((demands) => 1 / primary(demands, capacity).amount);
  const amountOf = (i: number, resource: number): number => activities[i]!.find((demand) => demand.resource === resource)?.amount ?? 0;

  while (rate.includes(undefined)) {
    let level = Infinity;
    let bottleneck = -1;
    for (let resource = 0; resource < capacity.length; resource++) {
      let left = capacity[resource]!;
      let rising = 0;
      for (let i = 0; i < activities.length; i++) {
        if (rate[i] === undefined) rising += amountOf(i, resource) * weight[i]!;
        else left -= amountOf(i, resource) * rate[i]!;
      }
      if (rising > 0 && left / rising < level) {
        level = left / rising;
        bottleneck = resource;
      }
    }
    const full = Math.min(...activities.map((_, i) => (rate[i] === undefined ? 1 / weight[i]! : Infinity)));
    for (let i = 0; i < activities.length; i++) {
      if (rate[i] !== undefined) continue;
      if (full <= level) {
        if (1 / weight[i]! === full) rate[i] = 1;
      } else if (amountOf(i, bottleneck) > 0) rate[i] = weight[i]! * level;
    }
  }
  return rate as number[];
}

/** The demand that is largest beside the capacity of its resource; ties to the lower resource id. */
function primary(demands: readonly Demand[], capacity: ArrayLike<number>): Demand {
  const share = (demand: Demand): number => demand.amount / capacity[demand.resource]!;
  return demands.reduce((best, demand) => (share(demand) > share(best) || (share(demand) === share(best) && demand.resource < best.resource) ? demand : best));
}
