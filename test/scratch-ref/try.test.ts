import { test } from "vitest";
import { randomCase } from "../reference/random-case.ts";
import { differences } from "../reference/differences.ts";
import { referenceSimulate } from "../reference/reference-simulator.ts";
import { simulate } from "../../src/core/simulate.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
test("x", () => {
const t=Date.now(); let bad=0, n=0; const kinds: Record<string,number>={}; const vk: Record<string,number>={};
const N=Number(process.env.N??3000), OPS=Number(process.env.OPS??30), SHOW=Number(process.env.SHOW??1), SPEC=process.env.SPEC;
for (let s=0;s<N;s++){ const c=randomCase(s,OPS); 
 const r=referenceSimulate(c.instance,c.scheduler.make(),c.sync.make()); 
 try { const e=simulate({instance:c.instance,scheduler:c.scheduler.make(),sync:c.sync.make()});
  const d=differences(e,r).filter(x=>process.env.PEAK||!x.startsWith("peak"));
  for (const x of verifyTrace(e)) { vk[x.code]=(vk[x.code]??0)+1; if (vk[x.code]!<3) console.log("V", s, x.code, x.message); }
  if(d.length){ bad++; const k=d[0]!.replace(/[\d.]+/g,"#")+c.sync.name; kinds[k]=(kinds[k]??0)+1; if(kinds[k]!<=SHOW) console.log(s,c.instance.opCount,c.scheduler.name,c.sync.name,d.length,d.slice(0,4)); if (SPEC&&kinds[k]!<=SHOW) console.log(JSON.stringify(c.spec)); }
 } catch(e:any){ bad++; const k="E "+e.message.replace(/[\d.]+/g,"#"); kinds[k]=(kinds[k]??0)+1; if(kinds[k]!<=SHOW) console.log(s,c.scheduler.name,c.sync.name,e.stack); }
 n++; }
console.log(Date.now()-t,n,bad,kinds,vk);
});
