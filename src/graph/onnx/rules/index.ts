import type { Rule, Rules } from "../node-view.ts";
import { convolutionRules } from "./convolution.ts";
import { elementwiseRules } from "./elementwise.ts";
import { matrixRules } from "./matrix.ts";
import { movementRules } from "./movement.ts";
import { normalizationRules } from "./normalization.ts";
import { poolingRules } from "./pooling.ts";
import { recurrentRules } from "./recurrent.ts";
import { selectionRules } from "./selection.ts";
import { sequenceRules } from "./sequence.ts";
import { shapeRules } from "./shape.ts";
import { signalRules } from "./signal.ts";
import { trainingRules } from "./training.ts";

const groups: readonly Rules[] = [
  convolutionRules, poolingRules, matrixRules, recurrentRules, normalizationRules, elementwiseRules, shapeRules, movementRules, selectionRules, signalRules, sequenceRules, trainingRules,
];

/**
 * Every operator type that is understood. Runtimes' own domains extend the standard one and keep its meanings where
 * names agree, so one table serves all of them.
 */
const rules: ReadonlyMap<string, Rule> = new Map(groups.flatMap((group) => Object.entries(group)));

/** Every operator type that has a rule, by name; Constant, If, Loop, Scan and functions are handled beside the rules. */
export const knownOperatorTypes: readonly string[] = [...rules.keys()].sort();

const standardDomains: ReadonlySet<string> = new Set(["", "ai.onnx", "com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc", "ai.onnx.training", "ai.onnx.preview.training"]);

/** The rule for an operator; undefined in domains whose names mean what their authors say. */
export function ruleOf(domain: string, opType: string): Rule | undefined {
  return standardDomains.has(domain) ? rules.get(opType) : undefined;
}

/** Operator types that must not be evaluated ahead even when all their inputs are constant. */
export const neverConstant: ReadonlySet<string> = new Set(["RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial"]);
