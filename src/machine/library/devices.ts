import { Registry } from "../../base/registry.ts";
import { fpgas, npus, tpus } from "./accelerators.ts";
import { cpus } from "./cpus.ts";
import type { LibraryDevice } from "./entry.ts";
import { gpus } from "./gpus.ts";

/** Real devices with the figures of their data sheets. */
export const devices = new Registry<LibraryDevice>("device", [...cpus, ...gpus, ...tpus, ...fpgas, ...npus]);
