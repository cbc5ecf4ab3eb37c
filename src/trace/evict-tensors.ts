import { groupBy } from "../base/csr.ts";
import { InstanceEditor } from "../core/instance-editor.ts";
import type { Instance } from "../core/instance.ts";
import type { Eviction } from "./memory-relief.ts";

/** The device whose operators carry spilled tensors, which is made where there is none. */
export interface Carrier {
  readonly name: string;
  readonly memory: number;
  /** Class of its operators; absent = there is no such device yet. */
  readonly class?: number | undefined;
}

/**
 * The instance in which tensors leave a memory and come back. A spilled tensor is read by an operator of no duration on a
 * device of the other memory, so that it moves there as soon as it exists; another operator there, held until the
 * tensor is to come back, makes what the later readers read, so that it moves to them. One that is made again has its
 * producer run once more, held likewise. What needs the room waits until a spilled tensor has left. Undefined where
 * operators would wait for one another in a circle.
 */
export function spillTensors(instance: Instance, evictions: readonly Eviction[], carrier: Carrier, names: CopyNames): { readonly instance: Instance; readonly carrier: Carrier } | undefined {
  const editor = new InstanceEditor(instance);
  const ofClass = carrier.class ?? editor.addCopyDevice(carrier.name, carrier.memory, "identity");
  const jobs = jobOfTensors(instance);
  const hosted = new Map<number, number>();
  const current = new Map<number, number>();
  const returns: number[] = [];
  evictions.forEach(({ tensor, before, after, readers }, k) => {
    const name = instance.tensorNames.at(tensor);
    const bytes = instance.tensorBytes[tensor]!;
    const job = jobs[tensor]!;
    let host = hosted.get(tensor);
    if (host === undefined) {
      const out = editor.addOp(names.next(name, "out"), ofClass, job, [tensor]);
      hosted.set(tensor, (host = editor.addTensor(`${name} out`, bytes, out)));
      editor.keepInstead(tensor, host);
      const waits = before >= 0 ? before : returns[~before]!;
      editor.addInput(waits, editor.addTensor(`${name} has left`, 0, out));
    }
    if (after < 0) return;
    const back = (returns[k] = editor.addOp(names.next(name, "back"), ofClass, job, [host, editor.addTensor(`${name} may return`, 0, after)]));
    redirect(editor, readers, current, tensor, editor.addTensor(`${name} back`, bytes, back));
  });
  const spilled = editor.build();
  return spilled && { instance: spilled, carrier: { ...carrier, class: ofClass } };
}

/** The instance in which tensors are dropped and made again; see {@link spillTensors}. */
export function recomputeTensors(instance: Instance, evictions: readonly Eviction[], names: CopyNames): Instance | undefined {
  const editor = new InstanceEditor(instance);
  const current = new Map<number, number>();
  const { inputs, tensorProducer, tensorBytes, classOf, jobOf } = instance;
  const outputs = groupBy(instance.opCount, tensorProducer, (tensor) => tensorProducer[tensor]! >= 0);
  for (const { tensor, after, readers, again } of evictions) {
    const held = editor.addTensor("may run again", 0, after);
    /** What the ops of this chain make, by the tensor that it is a copy of. */
    const made = new Map<number, number>();
    for (const op of again) {
      const reads = [...inputs.item.subarray(inputs.start[op]!, inputs.start[op + 1]!)].map((input) => made.get(input) ?? input);
      const name = names.next(instance.opNames.at(op), "again");
      const copy = editor.addOp(name, classOf[op]!, jobOf[op]!, [...reads, held]);
      for (let i = outputs.start[op]!; i < outputs.start[op + 1]!; i++) {
        const output = outputs.item[i]!;
        const wanted = output === tensor || again.some((reader) => inputs.item.subarray(inputs.start[reader]!, inputs.start[reader + 1]!).includes(output));
        if (wanted) made.set(output, editor.addTensor(`${name}:out`, tensorBytes[output]!, copy));
      }
    }
    redirect(editor, readers, current, tensor, made.get(tensor)!);
    editor.keepInstead(tensor, made.get(tensor)!);
  }
  return editor.build();
}

/** Names of copies, each given once: "conv again", "conv again 2". */
export class CopyNames {
  readonly #counts = new Map<string, number>();

  next(name: string, suffix: string): string {
    const copy = `${name} ${suffix}`;
    const count = (this.#counts.get(copy) ?? 0) + 1;
    this.#counts.set(copy, count);
    return count === 1 ? copy : `${copy} ${count}`;
  }
}

/** Later readers read what came back. Those of a later eviction are among those of the earlier one. */
function redirect(editor: InstanceEditor, readers: readonly number[], current: Map<number, number>, tensor: number, back: number): void {
  for (const op of readers) editor.replaceInput(op, current.get(tensor) ?? tensor, back);
  current.set(tensor, back);
}

/** The job of each tensor: its producer's, or that of its first reader. */
function jobOfTensors({ tensorCount, tensorProducer, inputs, opCount, jobOf }: Instance): Uint32Array {
  const jobs = new Uint32Array(tensorCount);
  for (let op = opCount - 1; op >= 0; op--) for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) jobs[inputs.item[i]!] = jobOf[op]!;
  for (let tensor = 0; tensor < tensorCount; tensor++) if (tensorProducer[tensor]! >= 0) jobs[tensor] = jobOf[tensorProducer[tensor]!]!;
  return jobs;
}
