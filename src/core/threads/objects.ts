import { SimulationError } from "../../base/errors.ts";
import type { ObjectGroup, ThreadSpec } from "./thread-spec.ts";

/** Numbers every object of every group, one after the other: the ids that threads wait for and messages name. */
export class ObjectIds {
  readonly groups: readonly ObjectGroup[];
  /** First object of each group; one entry more than there are groups. */
  readonly start: Uint32Array;
  /** Group of each object. */
  readonly groupOf: Uint32Array;

  constructor({ objects }: ThreadSpec) {
    this.groups = objects;
    this.start = new Uint32Array(objects.length + 1);
    objects.forEach((group, g) => (this.start[g + 1] = this.start[g]! + group.count));
    this.groupOf = new Uint32Array(this.start[objects.length]!);
    objects.forEach((_, g) => this.groupOf.fill(g, this.start[g], this.start[g + 1]));
  }

  get count(): number {
    return this.groupOf.length;
  }

  /** As messages name it: `fork[2]`, or `fork` where there is one. */
  name(object: number): string {
    const group = this.groupOf[object]!;
    const { name, count } = this.groups[group]!;
    return count === 1 ? name : `${name}[${object - this.start[group]!}]`;
  }

  /** The group of an object, which must be of this kind. */
  group<K extends ObjectGroup["kind"]>(object: number, kind: K): Extract<ObjectGroup, { kind: K }> {
    const group = this.groups[this.groupOf[object]!]!;
    if (group.kind !== kind) throw new SimulationError({ code: "wrong-kind", message: `"${this.name(object)}" is a ${group.kind}, not a ${kind}` });
    return group as Extract<ObjectGroup, { kind: K }>;
  }
}
