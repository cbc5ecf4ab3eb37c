/** Work and period of a periodic task, and its deadline after each release where that is not the period. */
export type PeriodicTask = readonly [work: number, period: number, deadline?: number];

export function utilisation(tasks: readonly PeriodicTask[]): number {
  return tasks.reduce((sum, [work, period]) => sum + work / period, 0);
}

/** Up to which n tasks are never late under rate-monotonic priorities. */
export function liuLaylandBound(n: number): number {
  return n * (2 ** (1 / n) - 1);
}

/** Least common multiple of the periods, from when on a schedule repeats. */
export function hyperperiod(tasks: readonly PeriodicTask[]): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return tasks.reduce((multiple, [, period]) => (multiple * period) / divisor(multiple, period), 1);
}

/** The longest response of each task under preemptive fixed priorities (the smaller `urgency`, then the smaller index), or the first value above its period. */
export function responseTimes(tasks: readonly PeriodicTask[], urgency: (task: PeriodicTask) => number = ([, period]) => period): number[] {
  return tasks.map((task, i) => {
    const above = tasks.filter((other, k) => urgency(other) < urgency(task) || (urgency(other) === urgency(task) && k < i));
    let response = task[0];
    while (response <= task[1]) {
      const next = task[0] + above.reduce((sum, [work, period]) => sum + Math.ceil(response / period) * work, 0);
      if (next === response) break;
      response = next;
    }
    return response;
  });
}

/** A set of tasks with periods that divide 2520 and a utilisation of at most `most`. */
export function randomSet(seed: number, most: number, shortDeadlines = false, n = 2 + (seed % 4)): PeriodicTask[] {
  let state = (seed * 7919) % 2147483647;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  next();
  const periods = [10, 12, 14, 15, 18, 20, 21, 24, 28, 30, 35, 36, 40, 42, 45, 56, 60, 63, 70, 72, 84, 90];
  const shares = Array.from({ length: n }, () => 0.05 + next());
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share): PeriodicTask => {
    const period = periods[Math.floor(next() * periods.length)]!;
    const work = Math.max(1, Math.floor((Math.min(0.99 * period, (share / total) * most * period))));
    return shortDeadlines ? [work, period, work + Math.floor(next() * (period - work + 1))] : [work, period];
  }).filter((_, i, all) => utilisation(all.slice(0, i + 1)) <= most);
}
