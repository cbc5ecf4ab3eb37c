import type { PolicyView, Scheduler } from "../plugin.ts";

/**
 * Changes a fresh scheduler so that it can be told whether it draws random numbers. Where it does not, and nothing in
 * the scenario is random, it would do the same with every other seed: a policy knows nothing else of the seed.
 * @returns asks, after the run, whether it drew.
 */
export function watchRandom(scheduler: Scheduler): () => boolean {
  let drew = false;
  let watched: PolicyView | undefined;
  const watch = (view: PolicyView): void => {
    if (view === watched) return;
    watched = view;
    const random = view.random.bind(view);
    Object.defineProperty(view, "random", { value: () => {
      drew = true;
      return random();
    } });
  };
  for (const hook of ["duplicates", "prepare", "ready", "dispatch", "completed"] as const) {
    const own = scheduler[hook] as ((this: Scheduler, view: PolicyView, ...rest: unknown[]) => unknown) | undefined;
    if (own === undefined) continue;
    Object.defineProperty(scheduler, hook, { value: (view: PolicyView, ...rest: unknown[]) => {
      watch(view);
      return own.call(scheduler, view, ...rest);
    } });
  }
  return () => drew;
}
