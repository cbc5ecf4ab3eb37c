import { copyMessage, shareMessage } from "../memory/system/line-costs.ts";
import type { ObjectSetting } from "./build-objects.ts";
import type { ObjectInit } from "./objects.ts";
import type { NamedOptions } from "./schema.ts";

/** Of a system call that does little. */
const defaultCallNs = 500;
const defaultOutstanding = 10;
const lineBytes = 64;

/** A message channel, and what its ends pay for a message on their cores. */
export function buildChannel(name: string, { count = 1, capacity = Infinity, waiting = "block", latency = 0, bandwidth = Infinity, between }: NamedOptions<"channels">, { tickNs, costs }: Pick<ObjectSetting, "tickNs" | "costs">): ObjectInit {
  const init = { kind: "channel" as const, name, count, capacity, waiting, latencyTicks: latency / tickNs, ticksPerByte: 1 / (bandwidth * tickNs) };
  if (between === undefined) return { ...init, send: free, receive: free };
  if ("copying" in between) {
    const { call = defaultCallNs, bandwidth: copied = costs.refillBytesPerTick / tickNs } = between.copying;
    const cost = { callNs: call, copyBytesPerNs: copied };
    // Half of it each: a system call, and a copy into the kernel or out of it.
    const half = { ticks: copyMessage(0, cost).ns / 2 / tickNs, ticksPerByte: (copyMessage(1, cost).ns - copyMessage(0, cost).ns) / 2 / tickNs };
    return { ...init, send: half, receive: half };
  }
  const { transfer = costs.lineTicks * tickNs, outstanding = defaultOutstanding } = between.sharing;
  const cost = { lineBytes, transferNs: transfer, outstanding };
  const empty = shareMessage(0, cost).ns;
  return { ...init, send: free, receive: { ticks: empty / tickNs, ticksPerByte: (shareMessage(lineBytes, cost).ns - empty) / lineBytes / tickNs } };
}

const free = { ticks: 0, ticksPerByte: 0 };
