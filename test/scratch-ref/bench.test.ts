import { test } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import { makeInstance } from "../reference/make-instance.ts";
import type { Instance } from "../../src/core/instance.ts";
test("bench", () => {
  const n = 1_000_000, D = 16;
  const base = makeInstance({ ops: [{}], costs: [Array.from({length:D},()=>({ticks: 100, memoryDemand: 1, fixed: 3}))], devices: Array.from({length:D},(_,d)=>({memory: d%4, slots: 4})), memories: [50,50,50,50], links: [100, 100],
    routes: Array.from({length:16},(_,i)=>({from: i>>2, to: i&3, latency: 5, ticksPerByte: 0.01, resources: [{link: i&1}]})).filter(r=>r.from!==r.to) });
  // layered: each op i reads tensors of i-1000.., 3 inputs
  const W=1000; const inS=new Uint32Array(n+1); const inI: number[]=[]; const node: number[]=[];
  for (let i=0;i<n;i++){ if(i>=W){ for(let k=0;k<3;k++){ const p=Math.floor(i/W)*W-W+((i*7+k*331)%W); inI.push(p); node.push(p);} } inS[i+1]=inI.length; }
  const E=inI.length; const edge=Uint32Array.from({length:E},(_,e)=>e);
  const uses=new Uint32Array(n); for(const t of inI) uses[t]!++;
  const sS=new Uint32Array(n+1); for(let t=0;t<n;t++) sS[t+1]=sS[t]!+uses[t]!; const fill=sS.slice(0,n); const sN=new Uint32Array(E), sE=new Uint32Array(E);
  for(let i=0;i<n;i++) for(let e=inS[i]!;e<inS[i+1]!;e++){ const at=fill[inI[e]!]!++; sN[at]=i; sE[at]=e; }
  const inst: Instance = { ...base, opCount:n, tensorCount:n, edgeCount:E, succ:{start:sS,node:sN,edge:sE}, pred:{start:inS,node:Uint32Array.from(node),edge}, edgeTensor:Uint32Array.from(inI), inputs:{start:inS,item:Uint32Array.from(inI)},
    tensorBytes:new Float64Array(n).fill(64), tensorProducer:Int32Array.from({length:n},(_,i)=>i), tensorHome:new Int32Array(n).fill(-1), tensorUses:uses, topo:Uint32Array.from({length:n},(_,i)=>i), jobOf:new Uint32Array(n), classOf:new Uint32Array(n),
    opNames:{length:n,at:(i)=>`op${i}`}, tensorNames:{length:n,at:(i)=>`t${i}`} };
  let t=Date.now();
  const trace=simulate({instance:inst,scheduler:{dispatch(v,o){ for(let op=v.ready.first(),nx;op>=0;op=nx){nx=v.ready.next(op); o.place(op,op%D);} }}});
  console.log("sim",Date.now()-t,trace.transfers.length,trace.makespanTicks); t=Date.now();
  const p=verifyTrace(trace); console.log("verify",Date.now()-t,p.slice(0,5));
}, 600000);
