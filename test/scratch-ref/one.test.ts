import { test } from "vitest";
import { randomCase } from "../reference/random-case.ts";
import { differences } from "../reference/differences.ts";
import { referenceSimulate } from "../reference/reference-simulator.ts";
import { simulate } from "../../src/core/simulate.ts";
test("x", () => {
for (const s of process.env.S!.split(",").map(Number)) { const c=randomCase(s,Number(process.env.OPS??8)); 
 const r=referenceSimulate(c.instance,c.scheduler.make(),c.sync.make()); 
 const e=simulate({instance:c.instance,scheduler:c.scheduler.make(),sync:c.sync.make()});
 console.log(s, c.scheduler.name, c.sync.name, "jobs", c.spec.jobs, differences(e,r).join("\n"));
 console.log(JSON.stringify(c.spec)); console.log(r.ops.map(o=>JSON.stringify(o)).join("\n")); console.log(r.transfers.map(o=>JSON.stringify(o)).join("\n"));
 }
});
