import { Registry } from "../../base/registry.ts";
import type { Formula } from "./formula.ts";
import { cachedRooflineFormula } from "./cached-roofline-formula.ts";
import { constantFormula } from "./constant-formula.ts";
import { gpuBlocksFormula } from "./gpu-blocks-formula.ts";
import { gpuConvFormula } from "./gpu-conv-formula.ts";
import { gpuRowsFormula } from "./gpu-rows-formula.ts";
import { gpuStreamFormula } from "./gpu-stream-formula.ts";
import { gpuWavesFormula } from "./gpu-waves-formula.ts";
import { linearFormula } from "./linear-formula.ts";
import { paddedRooflineFormula } from "./padded-roofline-formula.ts";
import { pagedRooflineFormula } from "./paged-roofline-formula.ts";
import { pixelTilesFormula } from "./pixel-tiles-formula.ts";
import { powerFormula } from "./power-formula.ts";
import { recurrentFormula } from "./recurrent-formula.ts";
import { ringFormula } from "./ring-formula.ts";
import { rooflineFormula } from "./roofline-formula.ts";
import { rowsRooflineFormula } from "./rows-roofline-formula.ts";
import { swapFormula } from "./swap-formula.ts";

/** The formulas that a profile may name. */
export const formulas = new Registry<Formula>("formula", [constantFormula, rooflineFormula, cachedRooflineFormula, powerFormula, linearFormula, paddedRooflineFormula, pagedRooflineFormula, pixelTilesFormula, ringFormula, recurrentFormula, rowsRooflineFormula, swapFormula, gpuWavesFormula, gpuBlocksFormula, gpuRowsFormula, gpuConvFormula, gpuStreamFormula]);
