import { describe, expect, it } from "vitest";
import { namesMeant } from "../../src/machine/library/names-meant.ts";

describe("what is meant by a name", () => {
  const names = ["nvidia-a100", "vidur-a100", "deepbench-nvidia-a100", "nvidia-l4", "nvidia-h100-sxm5", "nvidia-h100-pcie", "intel-l4"];
  it.each<[string, string[]]>([
    ["nvidia-a100", ["nvidia-a100"]], ["NVIDIA-A100", ["nvidia-a100"]], ["A100", ["nvidia-a100"]], ["vidur-A100", ["vidur-a100"]], ["nvidia", []],
    ["h100", ["nvidia-h100-sxm5", "nvidia-h100-pcie"]], ["H100-PCIe", ["nvidia-h100-pcie"]], ["L4", ["nvidia-l4", "intel-l4"]], ["h1", []], ["", []],
  ])("%s", (named, meant) => expect(namesMeant(named, names)).toEqual(meant));
});
