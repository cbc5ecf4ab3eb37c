export { ProgramBuilder, threadSpec, type Instruction, type ObjectName, type ThreadSpecInput, type ThreadSpecOptions, type Value } from "./builder.ts";
export { buildThreadSpec, type BuildOptions } from "./build-thread-spec.ts";
export { threadSections, threadSectionsSchema, type ThreadSections, type ThreadSectionsInput } from "./schema.ts";
export { instructionText, programText } from "./program-text.ts";
