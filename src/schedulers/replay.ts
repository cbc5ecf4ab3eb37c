import { z } from "zod";
import { InputError, type Issue } from "../base/errors.ts";
import { defineScheduler, type Dispatch, type PolicyView } from "../plugin.ts";
import { NameIndex } from "./dispatching/name-index.ts";

const nameOrId = z.union([z.string(), z.int().min(0)]);
const options = z.strictObject({
  placement: z.array(z.strictObject({ op: nameOrId, device: nameOrId })).optional().meta({ description: "Every operator with its device, by name or id, in the order of starts" }),
  trace: z.string().optional().meta({ description: "Instead of placement: a trace that heddle run --trace wrote, relative to the scenario; its operators, by name, on its devices" }),
}).refine(({ placement, trace }) => (placement === undefined) !== (trace === undefined), { message: "replay needs either placement or trace" });

type Placement = NonNullable<z.infer<typeof options>["placement"]>;

/**
 * Repeats a schedule that was recorded or written by hand: each op on its device, and each device strictly in the
 * order given. Times are not kept: an op starts as soon as the ones before it have started, its inputs are there and a
 * slot is free.
 * @example
 * schedulers.get("replay").create({ placement: [{ op: "load", device: "cpu" }, { op: "matmul", device: "gpu0" }] });
 */
export const replay = defineScheduler<z.infer<typeof options>>({
  name: "replay",
  summary: "a recorded placement and order",
  options,
  create: ({ placement }) => ({
    queueOrder: "in-order",
    prepare(view: PolicyView, out: Dispatch): void {
      if (placement === undefined) throw new InputError({ code: "not-read", message: "only a scenario reads a trace; give replay the placement" });
      const { ops, devices } = resolve(view, placement);
      ops.forEach((op, i) => out.place(op, devices[i]!));
    },
    dispatch(): void {},
  }),
});

/** @throws {InputError} for names that do not exist, operators that are left out, placed twice, or cannot run where they should. */
function resolve(view: PolicyView, placement: Placement): { ops: Uint32Array; devices: Uint32Array } {
  const issues: Issue[] = [];
  const opIndex = new NameIndex("operator", view.opCount, (op) => view.opName(op), issues);
  const deviceIndex = new NameIndex("device", view.deviceCount, (device) => view.deviceName(device), issues);
  const ops = new Uint32Array(placement.length);
  const devices = new Uint32Array(placement.length);
  const seen = new Uint8Array(view.opCount);
  placement.forEach((entry, i) => {
    const op = opIndex.find(entry.op, ["placement", i, "op"]);
    const device = deviceIndex.find(entry.device, ["placement", i, "device"]);
    if (op < 0 || device < 0) return;
    if (seen[op] === 1) issues.push({ code: "placed-twice", message: `operator "${view.opName(op)}" is placed twice`, path: ["placement", i] });
    if (view.estimateTicks(op, device) === Infinity && view.isPresent(device)) {
      issues.push({ code: "cannot-run", message: `operator "${view.opName(op)}" cannot run on "${view.deviceName(device)}"`, path: ["placement", i, "device"] });
    }
    seen[op] = 1;
    ops[i] = op;
    devices[i] = device;
  });
  const missing = seen.indexOf(0);
  if (missing >= 0 && issues.length === 0) {
    issues.push({ code: "not-placed", message: `operator "${view.opName(missing)}" is not in the placement`, path: ["placement"], hint: "a replay names every operator" });
  }
  if (issues.length > 0) throw new InputError(issues);
  return { ops, devices };
}
