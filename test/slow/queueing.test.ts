import { expect, it } from "vitest";
import { mean, meanInterval } from "../../src/stats/mean.ts";
import { controlled, erlangWait, queueSample, repairSample, repairThroughput } from "../threads/queueing.ts";

// Run with: npm run test:slow
it.each([[0.5, 1, 60_000], [0.8, 1, 170_000], [0.5, 4, 270_000], [0.8, 4, 290_000]])("M/M/c, load %f on %i cores: the wait is Erlang's within 1 %", (load, cores, jobs) => {
  // 30 replications, with the mean work and gap of each as control variates, whose expectations are known.
  const { mean, halfWidth } = controlled(Array.from({ length: 30 }, (_, i) => queueSample(i + 1, load, cores, jobs)));
  expect(halfWidth / mean).toBeLessThan(0.01);
  expect(Math.abs(mean - erlangWait(load, cores))).toBeLessThan(halfWidth);
}, 600_000);

it.each([[4, 3], [8, 10], [16, 10]])("%i threads that think %i times as long as they hold one lock: the machine-repairman queue within 1 %", (threads, think) => {
  const samples = Array.from({ length: 30 }, (_, i) => repairSample(i + 1, threads, think, 4000));
  const { low, high } = meanInterval(samples, 0.99) as { low: number; high: number };
  expect((high - low) / 2 / mean(samples)).toBeLessThan(0.01);
  expect(low).toBeLessThan(repairThroughput(threads, think));
  expect(high).toBeGreaterThan(repairThroughput(threads, think));
}, 600_000);
