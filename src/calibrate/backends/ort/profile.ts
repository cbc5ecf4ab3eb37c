/** The little that is used of an event in a profile that ONNX Runtime writes. */
export interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Whole microseconds, rounded down. */
  readonly dur: number;
  readonly args?: { readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[] };
}

/** What one kernel did in every run. */
export interface KernelTimes {
  /** Nanoseconds of each run; see {@link unrounded}. */
  readonly ns: readonly number[];
  /** In the blocked layout of convolutions. */
  readonly blocked: boolean;
}

/** A change of layout around blocked convolutions: into blocks, or back. */
export interface Reorder {
  readonly back: boolean;
  /** Of the result, channels second. */
  readonly dims: readonly number[];
  readonly ns: readonly number[];
}

/** Times from a profile. */
export interface ProfileTimes {
  readonly kernels: ReadonlyMap<number, KernelTimes>;
  /** Changes of layout, each by what it makes. */
  readonly reorders: readonly Reorder[];
  /** Operators of one element, which stand among the others: what a time is when the kernel takes none. */
  readonly empty: readonly number[];
}

/**
 * The kernel times in a profile of so many runs. Nodes are told by their names, as `Site` gives them: `k7_0` belongs to
 * kernel 7, `t3` is an operator of one element. Where the runtime made several nodes of a kernel, they are summed up.
 * @param skip runs at the beginning that are left out: they warm up
 */
export function profileTimes(events: readonly ProfileEvent[], runs: number, skip: number): ProfileTimes {
  const nodes = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
  const byName = new Map<string, ProfileEvent[]>();
  for (const event of nodes) {
    const list = byName.get(event.name);
    if (list === undefined) byName.set(event.name, [event]);
    else list.push(event);
  }
  const kernels = new Map<number, { ns: number[]; blocked: boolean }>();
  const reorders = new Map<string, { readonly back: boolean; readonly dims: readonly number[]; readonly ns: number[] }>();
  const empty: number[] = [];
  for (const [name, list] of byName) {
    if (list.length !== runs) continue;
    const durations = list.slice(skip).map(({ dur }) => dur);
    const ns = unrounded(durations);
    const [, id] = /^k(\d+)_/.exec(name) ?? [];
    if (id !== undefined) {
      const known = kernels.get(Number(id));
      const blocked = name.includes("_nchwc");
      if (known === undefined) kernels.set(Number(id), { ns, blocked });
      else {
        known.ns = known.ns.map((time, run) => time + ns[run]!);
        known.blocked ||= blocked;
      }
    } else if (/^t\d+/.test(name)) empty.push(...durations);
    else if (name.startsWith("Reorder")) {
      const dims = Object.values(list[0]!.args?.output_type_shape?.[0] ?? {})[0] ?? [];
      const back = name.startsWith("ReorderOutput");
      const key = `${back} ${dims.join(" ")}`;
      const known = reorders.get(key);
      if (known === undefined) reorders.set(key, { back, dims, ns });
      else known.ns.push(...ns);
    }
  }
  return { kernels, reorders: [...reorders.values()], empty: unrounded(empty) };
}

/**
 * Whole microseconds, rounded down, as nanoseconds: those that are the same lie evenly over their microsecond, in the order
 * of measuring, so that their median is that of grouped data and not one end or the other of the microsecond.
 */
function unrounded(durations: readonly number[]): number[] {
  const count = new Map<number, number>();
  for (const duration of durations) count.set(duration, (count.get(duration) ?? 0) + 1);
  const seen = new Map<number, number>();
  return durations.map((duration) => {
    const before = seen.get(duration) ?? 0;
    seen.set(duration, before + 1);
    return Math.round(1000 * (duration + (before + 0.5) / count.get(duration)!));
  });
}
