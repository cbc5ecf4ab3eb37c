/** A graph's edges, with what it takes at the least to bring the tensor of each to where its consumer runs. */
export interface MovedEdges {
  readonly opCount: number;
  readonly deviceCount: number;
  readonly pred: { readonly start: Uint32Array; readonly node: Uint32Array; readonly edge: Uint32Array };
  /** By device. Within one memory nothing moves. */
  readonly memoryOf: ArrayLike<number>;
  /** Ticks by `edge * D + device` of the consumer, where the producer ran in another memory; Infinity = no way. */
  readonly wayTicks: Float64Array;
}

/**
 * Edges without a cycle, whichever way they are followed, so that the cheapest assignment of operators to devices, with
 * a price for each operator on each device and for each edge between two memories, can be found exactly: from the
 * leaves to the roots and back. Time O(ops · devices).
 */
export class AssignmentForest {
  readonly #edges: MovedEdges;
  readonly #way: Float64Array;
  /** Producer and consumer of each edge of the forest, by edge. */
  readonly #ends = new Map<number, { readonly from: number; readonly to: number }>();
  readonly #root: Int32Array;
  /** Ops, parents before children. */
  readonly #order: Uint32Array;
  readonly #parent: Int32Array;
  /** The edge to the parent. */
  readonly #parentEdge: Int32Array;
  /** The parent is its producer. */
  readonly #fromParent: Uint8Array;
  #stale = true;

  /** @param most what a way counts that does not exist, unless another is longer still */
  constructor(edges: MovedEdges, most: number) {
    const n = edges.opCount;
    this.#edges = edges;
    const longest = edges.wayTicks.reduce((a, b) => (b < Infinity ? Math.max(a, b) : a), most);
    this.#way = edges.wayTicks.map((ticks) => Math.min(ticks, longest));
    this.#root = Int32Array.from({ length: n }, (_, op) => op);
    this.#order = new Uint32Array(n);
    this.#parent = new Int32Array(n);
    this.#parentEdge = new Int32Array(n);
    this.#fromParent = new Uint8Array(n);
  }

  has(edge: number): boolean {
    return this.#ends.has(edge);
  }

  /** Adds an edge, unless it would close a cycle. True when it was added. */
  add(edge: number, from: number, to: number): boolean {
    const a = this.#rootOf(from);
    const b = this.#rootOf(to);
    if (a === b) return false;
    this.#root[Math.max(a, b)] = Math.min(a, b);
    this.#ends.set(edge, { from, to });
    this.#stale = true;
    return true;
  }

  /** What the edge takes of the time of a path when its ends are assigned so. */
  ticks(edge: number, from: number, to: number): number {
    const { memoryOf, deviceCount } = this.#edges;
    return memoryOf[from] === memoryOf[to] ? 0 : this.#way[edge * deviceCount + to]!;
  }

  /**
   * The cheapest assignment.
   * @param price by `op * D + device`; overwritten
   * @param weight by edge; those of the forest's edges are the price of a tick on the way
   * @param device filled with the device of each op
   * @returns what it costs
   */
  cheapest(price: Float64Array, weight: Float64Array, device: Uint16Array): number {
    if (this.#stale) this.#arrange();
    const { opCount, deviceCount: D, memoryOf } = this.#edges;
    const way = this.#way;
    const here = new Float64Array(1 + Math.max(...Array.from({ length: D }, (_, d) => memoryOf[d]!)));
    for (let i = opCount - 1; i >= 0; i--) {
      const op = this.#order[i]!;
      const parent = this.#parent[op]!;
      const edge = this.#parentEdge[op]!;
      if (parent < 0 || weight[edge] === 0) continue;
      // The child's price is the parent's to pay, at the better of the same memory and any.
      const fromParent = this.#fromParent[op] === 1;
      let anywhere = Infinity;
      here.fill(Infinity);
      for (let d = 0; d < D; d++) {
        const stay = price[op * D + d]!;
        if (stay < here[memoryOf[d]!]!) here[memoryOf[d]!] = stay;
        anywhere = Math.min(anywhere, fromParent ? stay + weight[edge]! * way[edge * D + d]! : stay);
      }
      for (let d = 0; d < D; d++) {
        const moved = fromParent ? anywhere : anywhere + weight[edge]! * way[edge * D + d]!;
        price[parent * D + d]! += Math.min(here[memoryOf[d]!]!, moved);
      }
    }
    let sum = 0;
    for (let i = 0; i < opCount; i++) {
      const op = this.#order[i]!;
      const parent = this.#parent[op]!;
      const edge = this.#parentEdge[op]!;
      const bound = parent >= 0 && weight[edge]! > 0;
      let least = Infinity;
      for (let d = 0; d < D; d++) {
        let total = price[op * D + d]!;
        if (bound) total += weight[edge]! * (this.#fromParent[op] === 1 ? this.ticks(edge, device[parent]!, d) : this.ticks(edge, d, device[parent]!));
        if (total >= least) continue;
        least = total;
        device[op] = d;
      }
      if (!bound) sum += least;
    }
    return sum;
  }

  /** Parents before children: the forest from each of its smallest ops on. */
  #arrange(): void {
    const n = this.#edges.opCount;
    const neighbours = Array.from({ length: n }, (): { op: number; edge: number; from: boolean }[] => []);
    for (const [edge, { from, to }] of this.#ends) {
      neighbours[from]!.push({ op: to, edge, from: true });
      neighbours[to]!.push({ op: from, edge, from: false });
    }
    const met = new Uint8Array(n);
    this.#parent.fill(-1);
    this.#parentEdge.fill(-1);
    let count = 0;
    for (let root = 0; root < n; root++) {
      if (met[root] === 1) continue;
      met[root] = 1;
      let next = count;
      this.#order[count++] = root;
      for (; next < count; next++) {
        const op = this.#order[next]!;
        for (const { op: child, edge, from } of neighbours[op]!) {
          if (met[child] === 1) continue;
          met[child] = 1;
          this.#parent[child] = op;
          this.#parentEdge[child] = edge;
          this.#fromParent[child] = from ? 1 : 0;
          this.#order[count++] = child;
        }
      }
    }
    this.#stale = false;
  }

  #rootOf(op: number): number {
    let root = op;
    while (this.#root[root] !== root) root = this.#root[root]!;
    this.#root[op] = root;
    return root;
  }
}
