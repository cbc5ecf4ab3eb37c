import { deviceName, opName } from "./candidate-instance.ts";
import { durationNs, visitEdges, type Candidate } from "./candidate.ts";
import { describeAdversary } from "./describe-adversary.ts";
import type { AdversaryResult } from "./find-adversary.ts";

/** A policy as scenarios name it; its options stand beside `use`. */
export interface PolicyText {
  readonly use: string;
  readonly [option: string]: unknown;
}

/**
 * What was found as a scenario in YAML, with a comment that says what it shows: `heddle run` gives the target's makespan
 * to the tick, and `heddle compare` both.
 * @param policies how the two are named in a scenario; default: by the names in the result
 */
export function adversaryScenario(result: AdversaryResult, policies: { readonly target?: PolicyText; readonly against?: PolicyText } = {}): string {
  const { candidate, target, against } = result;
  return candidateScenario(candidate, { comment: describeAdversary(result), name: `${target} against ${against}`, target: policies.target ?? { use: target }, against: policies.against ?? { use: against } });
}

/** How a candidate is written: lines of a comment, the scenario's name, the policy that runs, and the one it is compared with. */
export interface CandidateText {
  readonly comment: readonly string[];
  readonly name: string;
  readonly target: PolicyText;
  readonly against: PolicyText;
}

/** A candidate as a scenario in YAML. */
export function candidateScenario(candidate: Candidate, text: CandidateText): string {
  const { ops, devices, bandwidth, latency } = candidate;
  const lines = [...text.comment.map((line) => `# ${line}`), `name: ${JSON.stringify(text.name)}`, "workload:", "  graph:", "    ops:"];
  for (let op = 0; op < ops; op++) {
    const times = Array.from({ length: devices }, (_, device) => [deviceName(device), durationNs(candidate, op, device)] as const).filter(([, ns]) => ns < Infinity);
    lines.push(`      ${opName(op)}: {time: {${times.map(([device, ns]) => `${device}: ${inUnits(ns, "us", "ns")}`).join(", ")}}}`);
  }
  const edges: string[] = [];
  visitEdges(candidate, (from, to, bytes) => edges.push(`      - ${opName(from)} -> ${opName(to)}: ${inUnits(bytes, "kB", "B")}`));
  if (edges.length > 0) lines.push("    edges:", ...edges);
  lines.push("machine:", "  devices:");
  for (let device = 0; device < devices; device++) lines.push(`    ${deviceName(device)}: {kind: cpu, peak: {f32: 1TFLOP/s}}`);
  if (devices > 1) lines.push("  links:");
  for (let a = 0; a < devices; a++) {
    for (let b = a + 1; b < devices; b++) {
      const at = a * devices + b;
      lines.push(`    - {between: [${deviceName(a)}, ${deviceName(b)}], bandwidth: ${bandwidth[at]}MB/s${latency[at]! > 0 ? `, latency: ${inUnits(latency[at]!, "us", "ns")}` : ""}, sharing: unlimited}`);
    }
  }
  const target = policyText(text.target);
  lines.push(`scheduler: ${target}`, `compare: [${target}, ${policyText(text.against)}]`);
  return `${lines.join("\n")}\n`;
}

/** "20us" for 20000 ns, "1234ns" for what is no whole number of the larger unit. */
function inUnits(value: number, thousands: string, ones: string): string {
  return value >= 1000 && value % 1000 === 0 ? `${value / 1000}${thousands}` : `${value}${ones}`;
}

/** JSON is YAML; a plain name needs no quotes. */
function policyText(policy: PolicyText): string {
  if (Object.keys(policy).length > 1) return JSON.stringify(policy);
  return /^[a-z][a-z0-9-]*$/.test(policy.use) ? policy.use : JSON.stringify(policy.use);
}
