import type { Named } from "../../base/registry.ts";
import type { DeviceInput, LinkFiguresInput, MachineInput } from "../schema.ts";

/**
 * A device of the library, as plain data in the form of a scenario: what `heddle list device NAME` prints can be pasted
 * into one. Every figure has a source: a data sheet or paper, or the arithmetic that leads from one to the figure.
 * Peaks are dense (no structured sparsity) and, for CPUs, at the base clock, which all cores sustain.
 */
export interface LibraryDevice extends Named {
  readonly device: DeviceInput;
}

/** A link of the library. */
export interface LibraryLink extends Named {
  readonly link: LinkFiguresInput;
}

/** A machine of the library. */
export interface LibraryMachine extends Named {
  readonly machine: MachineInput;
}
