import type { GroupMark, LaneMark } from "./marks.ts";

/** Space above each further group, and between two lanes of one group, in pixels; thin lanes stand closer. */
const groupGap = 8;
const laneGap = 2;
const flowGroupGap = 4;
const flowLaneGap = 1;

/** What is said of a lane when it is added; where it lies follows from the order. */
export type LaneInit = Pick<LaneMark, "height" | "label" | "share" | "kind" | "capacity">;

/** Whether the lanes of a group show flows that may overlap. */
export function isFlow({ kind }: Pick<GroupMark, "kind">): boolean {
  return kind === "route" || kind === "host" || kind === "jobs";
}

/** Whether a group's name is bold, with labels beside its lanes. */
export function isBold({ kind }: Pick<GroupMark, "kind">): boolean {
  return kind === "device" || kind === "cores" || kind === "threads" || kind === "object";
}

/** Stacks lanes and groups downwards from y = 0. */
export class LanePlan {
  readonly lanes: LaneMark[] = [];
  readonly groups: GroupMark[] = [];
  readonly headings: { y: number; text: string }[] = [];
  /** Foot of what is there, and the space that a further group leaves above itself. */
  #foot = 0;
  #gap = 0;

  /** Foot of the last group. */
  get height(): number {
    return this.#foot;
  }

  /** A line of text above the groups that follow. */
  heading(text: string): void {
    this.#foot += groupGap;
    this.headings.push({ y: this.#foot + 11, text });
    this.#foot += 16;
    this.#gap = 0;
  }

  /**
   * Adds a group of at least `minHeight` pixels and returns the index of its first lane. The lanes are centred where
   * the group is higher than they are. `above` pixels over the group stay free.
   */
  group(init: Omit<GroupMark, "y" | "height">, lanes: readonly LaneInit[], minHeight = 0, above = 0): number {
    const first = this.lanes.length;
    const isWide = !isFlow(init);
    const between = isWide ? laneGap : flowLaneGap;
    const stacked = lanes.reduce((sum, lane) => sum + lane.height, between * Math.max(0, lanes.length - 1));
    const height = Math.max(stacked, minHeight);
    const top = this.#foot + this.#gap + above;
    let y = top + Math.floor((height - stacked) / 2);
    for (const lane of lanes) {
      this.lanes.push({ ...lane, y, group: this.groups.length });
      y += lane.height + between;
    }
    this.groups.push({ ...init, y: top, height });
    this.#foot = top + height;
    this.#gap = isWide ? groupGap : flowGroupGap;
    return first;
  }
}
