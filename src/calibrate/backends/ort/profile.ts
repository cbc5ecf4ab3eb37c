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
  /** Nanoseconds of each run: half a microsecond is added to each event for the rounding. */
  readonly ns: readonly number[];
  /** In the blocked layout of convolutions. */
  readonly blocked: boolean;
}

/** Times from a profile. */
export interface ProfileTimes {
  readonly kernels: ReadonlyMap<number, KernelTimes>;
  /** Changes of layout: into blocks and back, each by the number of elements. */
  readonly reorders: { readonly into: ReadonlyMap<number, readonly number[]>; readonly back: ReadonlyMap<number, readonly number[]> };
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
  const reorders = { into: new Map<number, number[]>(), back: new Map<number, number[]>() };
  const empty: number[] = [];
  for (const [name, list] of byName) {
    if (list.length !== runs) continue;
    const ns = list.slice(skip).map(({ dur }) => dur * 1000 + 500);
    const [, id] = /^k(\d+)_/.exec(name) ?? [];
    if (id !== undefined) {
      const known = kernels.get(Number(id));
      const blocked = name.includes("_nchwc");
      if (known === undefined) kernels.set(Number(id), { ns, blocked });
      else {
        known.ns = known.ns.map((time, run) => time + ns[run]!);
        known.blocked ||= blocked;
      }
    } else if (/^t\d+/.test(name)) empty.push(...ns);
    else if (name.startsWith("Reorder")) {
      const dims = Object.values(list[0]!.args?.output_type_shape?.[0] ?? {})[0] ?? [];
      const elements = dims.reduce((all, extent) => all * extent, 1);
      const direction = name.startsWith("ReorderOutput") ? reorders.back : reorders.into;
      direction.set(elements, [...(direction.get(elements) ?? []), ...ns]);
    }
  }
  return { kernels, reorders, empty };
}
