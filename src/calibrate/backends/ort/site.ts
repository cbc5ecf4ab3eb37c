import type { ModelParts } from "./model-parts.ts";
import type { attribute } from "./onnx.ts";

type AttributeValue = Parameters<typeof attribute>[1];

/**
 * The place of one kernel in a model. Its nodes are named after it (`k7`, `k7_add`), so that the profile of a run tells
 * them from what stands around: `p7…` make its activations, `e7` reads its result.
 */
export class Site {
  readonly id: number;
  readonly #parts: ModelParts;
  readonly #produced: boolean;
  readonly #signs = new Map<string, 1 | -1>();
  #named = 0;

  /** @param produced each activation is the result of an operator before it, as in a network; else an input of the model. */
  constructor(parts: ModelParts, id: number, produced: boolean) {
    [this.#parts, this.id, this.#produced] = [parts, id, produced];
  }

  /** An activation that the kernel reads. */
  activation(dims: readonly number[]): string {
    const input = this.input(dims);
    return this.#produced ? this.#negated(input) : input;
  }

  /** An activation of numbers from 0, for roots and logarithms; of any numbers where it is an input. */
  positive(dims: readonly number[]): string {
    const input = this.input(dims);
    return this.#produced ? this.#parts.node("Abs", this.#name("p"), [input]) : input;
  }

  /**
   * An activation in the layout of the convolutions that are around it: the result of a cheap convolution. It reads an
   * activation itself: the change of layout between the two is a sample too, and finds it in the cache as a network's does.
   */
  convolved(dims: readonly number[]): string {
    const weight = this.weight([dims[1]!, 1, 1, 1]);
    return this.#parts.node("Conv", this.#name("p"), [this.activation(dims), weight], { group: dims[1]! });
  }

  /** An input of the model. */
  input(dims: readonly number[]): string {
    return this.#parts.input(this.#name("x"), dims);
  }

  weight(dims: readonly number[], positive = false): string {
    return this.#parts.weight(this.#name("w"), dims, positive);
  }

  indices(count: number, limit: number): string {
    return this.#parts.indices(this.#name("i"), count, limit);
  }

  constant(values: readonly number[]): string {
    return this.#parts.constant(this.#name("c"), values);
  }

  /** A node of the kernel itself. */
  op(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}, domain = ""): string {
    return this.#parts.node(opType, this.#name("k"), inputs, attributes, domain);
  }

  /** Reads one number of the result, so that it is needed; the output of the model is `e<id>`. */
  consume(result: string, rank: number): void {
    const index = this.#parts.constant(this.#name("c"), Array.from({ length: rank }, () => 0), [1, rank]);
    this.#parts.output(this.#parts.node("GatherND", `e${this.id}`, [result, index]), [1]);
  }

  /** Numbers of an activation, an input or a weight, by their place. */
  read(name: string): (at: number) => number {
    const source = this.#sources.get(name) ?? name;
    const sign = this.#signs.get(name) ?? 1;
    const values = this.#parts.values(source);
    return (at) => sign * values[at]!;
  }

  readonly #sources = new Map<string, string>();

  #negated(input: string): string {
    const name = this.#parts.node("Neg", this.#name("p"), [input]);
    this.#signs.set(name, -1);
    this.#sources.set(name, input);
    return name;
  }

  #name(role: string): string {
    return `${role}${this.id}_${this.#named++}`;
  }
}
