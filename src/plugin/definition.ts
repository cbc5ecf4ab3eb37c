import type { NewAllocator } from "./allocator.ts";
import type { LoopPolicy } from "./loop-policy.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SyncPolicy } from "./sync-policy.ts";
import type { ThreadPolicy } from "./thread-policy.ts";

/** A named policy with typed options. */
export interface PolicyDefinition<P, O = unknown> {
  /** Lower-case, as written in scenarios: "heft". */
  readonly name: string;
  /** One line, shown by `heddle list` and in error messages. */
  readonly summary: string;
  /** Paper or manual the algorithm comes from. */
  readonly source?: string;
  /** Any Standard Schema (zod, valibot …) for the options; absent = takes none. */
  readonly options?: StandardSchema<O>;
  /** Makes a fresh policy for one run. */
  create(options: O): P;
}

/** The part of the Standard Schema interface (https://standardschema.dev) that Heddle uses. */
export interface StandardSchema<O> {
  readonly "~standard": {
    validate(value: unknown): StandardResult<O> | Promise<StandardResult<O>>;
  };
}
/** What a schema says of a value: the value as it is used, or what is wrong with it. */
export type StandardResult<O> = { readonly value: O; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** A named scheduler with options of type O. */
// A registry holds definitions with different options: `any` forgets which, as `unknown` could not.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type SchedulerDefinition<O = any> = PolicyDefinition<Scheduler, O>;
/** A named synchronization policy with options of type O. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type SyncDefinition<O = any> = PolicyDefinition<SyncPolicy, O>;

/** A named thread policy with options of type O. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ThreadPolicyDefinition<O = any> = PolicyDefinition<ThreadPolicy, O>;

/** A named loop policy with options of type O. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type LoopPolicyDefinition<O = any> = PolicyDefinition<LoopPolicy, O>;

/** A named allocator with options of type O; what it creates makes one for each memory. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AllocatorDefinition<O = any> = PolicyDefinition<NewAllocator, O>;

/**
 * Types a scheduler definition.
 * @example
 * export default defineScheduler({
 *   name: "first-fit", summary: "each ready op to the first device with room",
 *   create: () => ({
 *     dispatch(view, out) {
 *       for (let op = view.ready.first(), next; op >= 0; op = next) {
 *         next = view.ready.next(op);
 *         for (let d = 0; d < view.deviceCount; d++) {
 *           if (view.freeSlots(d) > view.queued(d) && view.estimateTicks(op, d) < Infinity) { out.place(op, d); break; }
 *         }
 *       }
 *     },
 *   }),
 * });
 */
export function defineScheduler<O = Record<string, never>>(definition: SchedulerDefinition<O>): SchedulerDefinition<O> {
  return definition;
}

/** Types a synchronization policy definition. */
export function defineSync<O = Record<string, never>>(definition: SyncDefinition<O>): SyncDefinition<O> {
  return definition;
}

/** Types a thread policy definition. */
export function defineThreadPolicy<O = Record<string, never>>(definition: ThreadPolicyDefinition<O>): ThreadPolicyDefinition<O> {
  return definition;
}

/** Types a loop policy definition. */
export function defineLoopPolicy<O = Record<string, never>>(definition: LoopPolicyDefinition<O>): LoopPolicyDefinition<O> {
  return definition;
}

/** Types an allocator definition. */
export function defineAllocator<O = Record<string, never>>(definition: AllocatorDefinition<O>): AllocatorDefinition<O> {
  return definition;
}
