import { z } from "zod";
import { InputError, type Issue } from "../../base/errors.ts";
import { suggestion, type Named } from "../../base/registry.ts";
import { dtypeBytes, type DType, type OperatorGraph } from "../graph.ts";

/** A network that Heddle builds by itself: no file needed, and every size is an option. */
export interface ModelDefinition<O = unknown> extends Named {
  /** Paper the network comes from. */
  readonly source: string;
  /** Every option has a default, so `{}` is the network as published. */
  readonly options: z.ZodType<O, unknown> & { readonly shape: Readonly<Record<string, z.ZodType>> };
  /** Options as the schema gives them. */
  build(options: O): OperatorGraph;
}

/** A model whose option types are forgotten, as the registry holds it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyModel = ModelDefinition<any>;

/** Types a model definition. */
export function defineModel<S extends z.ZodRawShape>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: z.ZodObject<S>;
  build(options: z.output<z.ZodObject<S>>): OperatorGraph;
}): ModelDefinition<z.output<z.ZodObject<S>>> {
  return definition as unknown as ModelDefinition<z.output<z.ZodObject<S>>>;
}

/** Options of a model that do not fit each other: the first of them is to blame, unless only another one was given. */
export class OptionConflict extends InputError {
  readonly options: readonly string[];

  constructor(message: string, options: readonly string[]) {
    super({ code: "bad-option", message, path: options.slice(0, 1) });
    this.options = options;
  }
}

/**
 * Builds a model from options as a user writes them.
 * @throws {InputError} for unknown options, values outside their range, and options that do not fit each other.
 */
export function buildModel(model: AnyModel, options: unknown = {}): OperatorGraph {
  const result = model.options.safeParse(options);
  if (result.success) return build(model, result.data, options as Readonly<Record<string, unknown>>);
  const known = Object.keys(model.options.shape);
  const issues = result.error.issues.flatMap((issue): Issue[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ code: "unknown-key", message: `${model.name} has no option "${key}"`, path: [key], hint: suggestion(key, known) }));
    }
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    return [{ code: "bad-option", message: `option ${path.join(".")} of ${model.name}: ${issue.message}`, path }];
  });
  throw new InputError(issues);
}

function build(model: AnyModel, all: unknown, given: Readonly<Record<string, unknown>>): OperatorGraph {
  try {
    return model.build(all);
  } catch (error) {
    const named = error instanceof OptionConflict ? error.options.find((option) => given[option] !== undefined) : undefined;
    if (named === undefined) throw error;
    throw new InputError((error as OptionConflict).issues.map((issue) => ({ ...issue, path: [named] })));
  }
}

/** A count option with its default and description. */
export function count(preset: number, description: string, most = 2 ** 31) {
  return z.number().int().min(1).max(most).default(preset).describe(description);
}

/** A number of layers: each becomes operators, so there are fewer of them than of anything else. */
export function layerCount(preset: number, description: string) {
  return count(preset, description, 100_000);
}

/** The options that every model has. */
export const commonOptions = {
  batch: count(1, "samples in one run"),
  dtype: z.enum(Object.keys(dtypeBytes) as [DType, ...DType[]]).default("f32").describe("element type of weights and activations"),
};

/** The option of convolutional networks to fold their batch normalizations. */
export const foldedOption = {
  folded: z.boolean().default(false).describe("batch normalization merged into the convolutions, as in deployed networks"),
};
