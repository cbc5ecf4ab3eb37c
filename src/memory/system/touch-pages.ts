import type { AccessShape } from "./access-shape.ts";
import type { CoreActivities } from "./core-activities.ts";
import type { MemorySystemSpec } from "./memory-spec.ts";
import { diskNs, firstTouchNs, pageBytes } from "./page-costs.ts";
import type { Regions } from "./regions.ts";

/** What the pages of an activity that begins on a core cost: first touches, and pages that come from the disk. */
export function touchPages(core: number, on: CoreActivities, shape: AccessShape, regions: Regions, { pages, disk, cores }: MemorySystemSpec): void {
  on.faultNs[core] = on.diskNs[core] = on.diskBytes[core] = on.zeroedBytes[core] = 0;
  const region = on.region[core]!;
  const scale = on.scale[core]!;
  if (region < 0 || shape.set === 0) return;
  const { file = false, huge = false } = regions.spec(region);
  const page = pageBytes(pages, huge);
  const fresh = regions.touch(region, cores[core]!.node, Math.min(shape.lines * scale, shape.set));
  if (fresh > 0) on.faultNs[core] = firstTouchNs(pages, fresh / page, page, file);
  if (fresh > 0 && !file && pages?.zeroBytesPerNs !== undefined && pages.zeroBytesPerNs < Infinity) on.zeroedBytes[core] = fresh;
  if (!disk) return;
  const fromDisk = file ? shape.missedPages(scale, fresh / shape.set, regions.cacheBytes(region), page) : shape.swappedPages(scale, regions.swapped(region), page);
  if (fromDisk <= 0) return;
  // A page that was stored to goes out before another comes in.
  const bytes = fromDisk * page * (file ? 1 : shape.moves);
  on.diskBytes[core] = bytes;
  on.diskNs[core] = diskNs(disk, bytes, shape.random ? fromDisk : bytes / Math.max(page, disk.readAheadBytes), 1);
}
