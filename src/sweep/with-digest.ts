import { instanceDigest } from "../core/instance-digest.ts";
import type { Instance } from "../core/instance.ts";

/** An instance from its columns; the digest is computed when somebody asks for it. */
export function withDigest(columns: Omit<Instance, "digest">): Instance {
  let digest: string | undefined;
  return { ...columns, get digest() { return (digest ??= instanceDigest(columns)); } };
}
