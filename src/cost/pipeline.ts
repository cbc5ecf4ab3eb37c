import type { CostModel } from "./cost-model.ts";
import { peakFlopsPerNs } from "./precision.ts";
import { efficiencyOf, freeEstimate, isFree, phases, sourceName, type RooflineOptions } from "./roofline.ts";

/**
 * Pipelines on an FPGA: after a launch and the depth of the pipeline, a new group of operations starts every
 * `initiationInterval` cycles; the lanes of the `width` pipelines in use set the size of the group (their peak / clock).
 *
 * time = launch + depth / clock + max(⌈flops / (lanes × efficiency)⌉ × initiation interval / clock, bytes / bandwidth)
 *
 * The kernel of the operator kind is the `configuration`; loading it is charged by the engine, not here. A device that
 * needs no time to reconfigure runs every operator with one design, and asks for none. `undefined` on devices without a
 * pipeline, and where there is no arithmetic for the element type.
 * @source G. De Micheli, "Synthesis and Optimization of Digital Circuits", McGraw-Hill, 1994, chapter 5.
 */
export function pipelineModel(options: RooflineOptions = {}): CostModel {
  return {
    name: "pipeline",
    estimate(op, device, width) {
      const pipeline = device.pipeline;
      const peak = peakFlopsPerNs(device.peakFlopsPerNs, op.dtype);
      if (!pipeline || peak === undefined) return undefined;
      if (isFree(op)) return freeEstimate("pipeline");
      const lanes = (peak * width) / device.units / pipeline.clockGHz;
      const starts = Math.ceil(op.flops / (lanes * efficiencyOf(op, device, options)));
      return phases(op, device, width, options, {
        source: sourceName("pipeline", device),
        fixedNs: (options.launchNs ?? device.launchNs) + pipeline.depthCycles / pipeline.clockGHz,
        computeNs: (starts * pipeline.initiationInterval) / pipeline.clockGHz,
        ...(pipeline.reconfigureNs > 0 && { configuration: op.kind }),
      });
    },
  };
}
