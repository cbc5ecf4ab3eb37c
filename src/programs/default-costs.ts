import type { CostFigures } from "./costs-schema.ts";

/** All figures of {@link CostFigures}, none left out. */
export type CompleteCosts = { readonly [K in keyof CostFigures]-?: NonNullable<CostFigures[K]> };

/**
 * Costs of threads where no profile is given, in ns and bytes/ns: round figures of a server of the x86 kind, for scenarios
 * that speak of no machine in particular. `threadCosts: {profile: FILE}` takes measured ones.
 *
 * - atomic, line: an atomic operation on an own line, and a line from another core of the socket
 * - park, wake, wakeLatency: some 2,100 and 2,700 cycles for the system calls and 7,000 until the woken thread runs, at 2.8 GHz
 * - the others are assumptions of the right order, not measured: a switch, a migration and a thread started by the kernel
 * @source H. Schweizer, M. Besta, T. Hoefler, "Evaluating the cost of atomic operations on modern architectures", PACT 2015;
 * B. Falsafi, R. Guerraoui, J. Picorel, V. Trigonakis, "Unlocking energy", USENIX ATC 2016
 */
export const defaultCosts: CompleteCosts = {
  atomic: 6, line: 60, park: 750, wake: 960, wakeLatency: 1500, switch: 1200, migrate: 1500, refill: 10, spawn: 12_000, yield: 500, queue: 10, step: 0,
};

/** Nothing costs anything: for closed forms, and textbook examples. */
export const freeCosts: CompleteCosts = {
  atomic: 0, line: 0, park: 0, wake: 0, wakeLatency: 0, switch: 0, migrate: 0, refill: Infinity, spawn: 0, yield: 0, queue: 0, step: 0,
};
