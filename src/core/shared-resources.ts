import { resized } from "../base/columns.ts";
import { ActivityPool } from "./activity-pool.ts";
import { Bundles } from "./bundles.ts";
import { EndTree } from "./end-tree.ts";
import { MaxMinLevels } from "./max-min-levels.ts";
import { ceilTicks } from "./ticks.ts";

/** When a bundle has served more than this, its targets are measured anew: from here on they would lose precision. */
const FAR = 2 ** 20;

/**
 * Activities that use shared resources, and the rates at which they run: the weighted max-min solution of
 * Σ demand · rate ≤ capacity with every rate in [0, 1], by progressive filling. On its primary resource (the one with
 * the largest demand / capacity) every competitor gets an equal part of the capacity, and what one cannot use goes to
 * the others.
 *
 * Activities that draw the same on the same resources run at one rate, and are solved as a bundle. A bundle counts the
 * work that each of its activities could have done since it began; an activity is done when its bundle has come as far
 * as its target. So a change of the rate touches the bundle alone, however many activities it has, and only the first end
 * of all is an event: the others may still move. Durations are in ticks; an activity's work is the ticks its shared phase
 * takes alone.
 */
export class SharedResources {
  private readonly bundles: Bundles;
  private readonly levels: MaxMinLevels;
  readonly #pool = new ActivityPool();
  /** The end of the first activity of each bundle. */
  readonly #ends = new EndTree();
  /** By bundle: ticks of work alone that each activity could have done by `since`, and the rate from then on. */
  #served = new Float64Array(64);
  #since = new Float64Array(64);
  #rate = new Float64Array(64);

  /**
   * @param capacity of each resource; Infinity = never a limit (no bundle should name it).
   * @param maxUses largest number of resources that one bundle names.
   */
  constructor(capacity: Float64Array, maxUses: number) {
    this.bundles = new Bundles(capacity, maxUses);
    this.levels = new MaxMinLevels(this.bundles, capacity);
  }

  /** True when {@link solve} has something to do. */
  get changed(): boolean {
    return this.levels.pending;
  }

  /** A bundle for activities that draw the same, ordered by its unique `key`. Name its resources with {@link use}, then {@link open} activities; it lives until the last one is closed. */
  bundle(key: number, now: number): number {
    const bundle = this.bundles.add(key);
    if (bundle >= this.#rate.length) this.#grow();
    this.#served[bundle] = 0;
    this.#since[bundle] = now;
    return bundle;
  }

  /** Every activity of the bundle draws `demand` of `resource` when it runs at full speed. */
  use(bundle: number, resource: number, demand: number): void {
    this.bundles.use(bundle, resource, demand);
  }

  /** True while the bundle that was made with this key lives; -1 is none. */
  lives(bundle: number, key: number): boolean {
    return bundle >= 0 && this.bundles.count[bundle]! > 0 && this.bundles.key[bundle] === key;
  }

  /** Opens an activity with `work` ticks to do alone. Its key is unique among the activities; let {@link solve} run. */
  open(bundle: number, key: number, work: number, now: number): number {
    this.bundles.join(bundle);
    this.levels.joined(bundle);
    if (this.bundles.count[bundle] === 1) this.#rate[bundle] = this.#rateOf(bundle);
    const activity = this.#pool.open(key, bundle, this.#servedBy(bundle, now) + work);
    this.#predict(bundle);
    return activity;
  }

  /** When the next activity ends as things stand; Infinity when none does. */
  get nextEnd(): number {
    return this.#ends.first;
  }

  /** Key of the activity that ends at {@link nextEnd}; its end is taken off, and the caller closes it. */
  takeNext(): number {
    const bundle = this.#ends.firstBundle;
    const activity = this.#pool.takeFirst(bundle);
    this.#predict(bundle);
    return this.#pool.key[activity]!;
  }

  /** Ticks of work alone that are left now. */
  remaining(activity: number, now: number): number {
    return Math.max(0, this.#pool.target[activity]! - this.#servedBy(this.#pool.bundle[activity]!, now));
  }

  /** Ends the activity, done or not. */
  close(activity: number): void {
    const bundle = this.#pool.bundle[activity]!;
    if (this.#pool.remove(activity)) this.#predict(bundle);
    this.#pool.close(activity);
    this.bundles.leave(bundle);
    this.levels.left(bundle);
  }

  /** Brings every rate and end up to date. Call once a round, after all changes. */
  solve(now: number): void {
    this.levels.solve();
    const { changed, changedCount } = this.levels;
    for (let i = 0; i < changedCount; i++) {
      const bundle = changed[i]!;
      let served = this.#servedBy(bundle, now);
      if (served > FAR) {
        this.#pool.rebase(bundle, served);
        served = 0;
      }
      this.#served[bundle] = served;
      this.#since[bundle] = now;
      this.#rate[bundle] = this.#rateOf(bundle);
      this.#predict(bundle);
    }
  }

  /** The part of full speed at which the bundle runs at its level. */
  #rateOf(bundle: number): number {
    const { level, full } = this.bundles;
    return level[bundle]! < full[bundle]! ? level[bundle]! / full[bundle]! : 1;
  }

  #servedBy(bundle: number, now: number): number {
    return this.#served[bundle]! + (now - this.#since[bundle]!) * this.#rate[bundle]!;
  }

  /** When the first activity of the bundle ends, if the rate stays as it is. */
  #predict(bundle: number): void {
    this.#ends.set(bundle, this.#since[bundle]! + ceilTicks((this.#pool.firstTarget[bundle]! - this.#served[bundle]!) / this.#rate[bundle]!));
  }

  #grow(): void {
    const size = this.bundles.slots;
    this.#served = resized(this.#served, size);
    this.#since = resized(this.#since, size);
    this.#rate = resized(this.#rate, size);
  }
}
