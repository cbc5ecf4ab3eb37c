import { readFileSync } from "node:fs";
import { runTeam, type TeamRequest, type TeamResult } from "./team.ts";

/** What a child process sends back. */
export interface ChildReport extends TeamResult {
  /** Processor time of all its threads. */
  readonly cpuNs: number;
}

const request = JSON.parse(readFileSync(0, "utf8")) as TeamRequest;
const result = await runTeam(request, new URL("worker.mjs", import.meta.url));
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ ...result, cpuNs: (user + system) * 1000 } satisfies ChildReport));
