/** Backends that behave in all the ways that a real one may. */
const backend = (measure) => ({
  name: "fake", summary: "a fake", batch: 4,
  available: async () => ({ ok: true, device: "nothing", versions: {} }),
  kernels: () => [{ kind: "relu", shape: { elements: 1 }, dtype: "f32" }],
  measure,
});

const kernelsUntil = (bad) => backend(async function* (kernels) {
  for (const kernel of kernels) {
    if (kernel.shape.elements === 3) await bad();
    yield { ...kernel, ns: [100] };
  }
});

export const good = kernelsUntil(() => undefined);
export const killed = kernelsUntil(() => process.kill(process.pid, "SIGSEGV"));
export const exits = kernelsUntil(() => process.exit(7));
export const hangs = kernelsUntil(() => new Promise(() => setInterval(() => undefined, 1000)));
export const spins = kernelsUntil(() => {
  for (;;);
});
export const throws = kernelsUntil(() => {
  throw new Error("no such kernel\nwith a second line");
});
export const prints = kernelsUntil(() => console.log("noise ".repeat(100_000)));
export const crashesWhenAsked = { ...good, available: () => process.exit(3) };
