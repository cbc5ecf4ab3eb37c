/**
 * Share of each nice level, from -20 to 19, in the fair schedulers of Linux; each level is about 1.25 times the next.
 * @source Linux, kernel/sched/core.c, sched_prio_to_weight
 */
const weights = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
  1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];

/**
 * The weight of a nice level.
 * @param nice whole number from -20 (most) to 19 (least)
 * @example
 * niceWeight(0); // 1024
 */
export function niceWeight(nice: number): number {
  return weights[nice + 20]!;
}
