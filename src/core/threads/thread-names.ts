import { SimulationError } from "../../base/errors.ts";
import { formatNs } from "../../base/units.ts";
import { codePosition, placeText, issuePlace } from "./code-position.ts";
import type { Position, ThreadSpec } from "./thread-spec.ts";
import type { ThreadTable } from "./thread-table.ts";

/** How messages name threads, and the places that they are at. */
export class ThreadNames {
  private readonly spec: ThreadSpec;
  private readonly table: ThreadTable;

  constructor(spec: ThreadSpec, table: ThreadTable) {
    this.spec = spec;
    this.table = table;
  }

  /** As messages name it: `worker[3]`. */
  of(thread: number): string {
    const group = this.spec.groups[this.table.group[thread]!]!;
    return group.count === 1 && this.table.number[thread] === 0 ? group.name : `${group.name}[${this.table.number[thread]}]`;
  }

  /** Where an instruction is written; line 0 where it is in no file. @param pc of the instruction */
  position(pc: number): Position {
    return codePosition(this.spec.program, pc);
  }

  /** Where the thread is, though its program may have gone on already. */
  whereIs(thread: number): Position {
    const { pc, behindPc } = this.table;
    return this.position(behindPc[thread]! >= 0 ? behindPc[thread]! : pc[thread]!);
  }

  /** See {@link issuePlace}. */
  source(at: Position): ReturnType<typeof issuePlace> {
    return issuePlace(at);
  }

  /** As messages say it: `scenario.yaml:12:7`; "" where it is in no file. */
  place(at: Position): string {
    return placeText(at);
  }

  /** The error of a thread whose program did what must not be. @param ns when */
  failure(thread: number, ns: number, code: string, message: string, hint: string | undefined): SimulationError {
    return new SimulationError({ code, message: `thread ${this.of(thread)} ${message} (at ${formatNs(ns)})`, ...this.source(this.position(this.table.pc[thread]!)), ...(hint !== undefined && { hint }) });
  }
}
