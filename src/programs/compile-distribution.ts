import { Opcode } from "../core/threads/opcode.ts";
import type { Distribution } from "../core/threads/thread-spec.ts";
import type { ProgramCompiler } from "./compile-program.ts";
import type { Measure } from "./expression.ts";
import type { ReadDistribution, ReadValue } from "./forms.ts";
import type { Place } from "./place.ts";
import { constantOperand, registerOperand, type Measured } from "./scope.ts";

/** Draws a value. A mean that is only known in the run scales a draw of mean 1. */
export function compileDistribution(compiler: ProgramCompiler, { kind, parameters, source }: ReadDistribution, place: Place, into: number | undefined): Measured {
  const { assembler, issues } = compiler;
  let register = into ?? assembler.allocate();
  const drawn = (distribution: Distribution, measure: Measure): Measured => {
    const number = compiler.tables.distributions.number({ ...distribution, source: source ?? compiler.nextSource() });
    assembler.emit(Opcode.draw, register, number);
    return { operand: registerOperand(register), measure };
  };
  const refuse = (message: string): Measured => {
    issues.add("bad-distribution", message, place);
    return { operand: constantOperand(1), measure: "any" };
  };
  const one = (name: string): ReadValue => parameters[name] as ReadValue;
  const constant = (name: string, measure: Measure): number => compiler.constant(one(name), measure, name) ?? 1;
  if (kind === "uniform" || kind === "normal") {
    const [first, second] = kind === "uniform" ? (["low", "high"] as const) : (["mean", "deviation"] as const);
    const measure = together(compiler.measured(one(first)).measure, compiler.measured(one(second)).measure);
    if (measure === undefined) return refuse(`${first} and ${second} must be of a kind: two times, or two numbers`);
    const [a, b] = [constant(first, measure), constant(second, measure)];
    if (kind === "normal") return drawn({ kind, mean: a, deviation: b }, measure);
    return a > b ? refuse("low must be at most high") : drawn({ kind, low: a, high: b }, measure);
  }
  if (kind === "choice") {
    const [values, chances] = [parameters["values"], parameters["chances"]] as [readonly ReadValue[], readonly ReadValue[]];
    if (values.length !== chances.length) return refuse(`there are ${values.length} values and ${chances.length} chances`);
    const measure = values.map((value) => compiler.measured(value).measure).reduce<Measure | undefined>((a, b) => a && together(a, b), "any");
    if (measure === undefined) return refuse("values must be of a kind: times, or numbers");
    const shares = chances.map((chance) => compiler.constant(chance, "number", "a chance") ?? 1);
    if (Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) > 1e-9) return refuse("the chances must add up to 1");
    return drawn({ kind, values: values.map((value) => compiler.constant(value, measure, "a value") ?? 1), chances: shares }, measure);
  }
  const mean = compiler.measured(one("mean"));
  const shape = (scale: number): Distribution | string => {
    if (kind === "exponential") return { kind, mean: scale };
    if (kind === "lognormal") return { kind, mean: scale, spread: constant("spread", "number") };
    const phases = constant("shape", "number");
    return Number.isInteger(phases) && phases >= 1 && phases <= 1000 ? { kind, mean: scale, shape: phases } : "shape must be a whole number from 1 to 1000";
  };
  if (mean.operand.kind === "constant" && mean.operand.value < 0) return refuse("mean must not be negative");
  const scaled = mean.operand.kind === "register" ? mean.operand : undefined;
  // The mean must outlive the draw: a variable may be drawn with itself as the mean.
  if (scaled?.register === register) register = assembler.allocate();
  const distribution = shape(mean.operand.kind === "constant" ? mean.operand.value : 1);
  if (typeof distribution === "string") return refuse(distribution);
  const result = drawn(distribution, mean.measure);
  if (scaled) assembler.emit(Opcode.multiply, register, register, scaled.register);
  return result;
}

function together(a: Measure, b: Measure): Measure | undefined {
  return a === "any" ? b : b === "any" || a === b ? a : undefined;
}
