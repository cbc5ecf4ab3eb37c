import { z } from "zod";

/** A name that JSON Schema lists for editors. */
export const allocatorName = z.string().min(1);
/** An allocator with options beside its name. */
export const allocatorObject = z.looseObject({ use: allocatorName.describe("Name of an allocator (heddle list allocators); its options stand beside it") });

/** A name alone, or a map. */
export const allocatorSchema = z.union([allocatorName.transform((use): AllocatorUse => ({ use })), allocatorObject]);

/** An allocator as it is named, with its options. */
export interface AllocatorUse {
  readonly use: string;
  readonly [option: string]: unknown;
}
