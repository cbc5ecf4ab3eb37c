/** Options with which a thread policy decides every few ticks of 1 ns. */
export function quickOptions(name: string): object {
  if (name === "fair") return { latency: "6ns", granularity: "2ns", wakeup: "1ns", balance: "5ns", scale: false };
  if (name === "eevdf") return { slice: "3ns", balance: "5ns", scale: false, preempt: true };
  if (["round-robin", "priority", "pinned", "work-stealing"].includes(name)) return { quantum: "3ns" };
  return {};
}
