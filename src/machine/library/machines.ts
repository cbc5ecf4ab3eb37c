import { Registry } from "../../base/registry.ts";
import type { LibraryMachine } from "./entry.ts";

/** Whole machines, written as a scenario writes its `machine:` section. The CPU comes first: its memory is the host's. */
export const machines = new Registry<LibraryMachine>("machine", [
  {
    name: "workstation", summary: "16-core CPU and one desktop GPU on PCIe 4",
    machine: {
      devices: { cpu0: { use: "amd-ryzen-9-7950x" }, gpu0: { use: "nvidia-rtx-4090" } },
      links: [{ name: "pcie0", between: ["cpu0", "gpu0"], use: "pcie4-x16" }],
    },
  },
  {
    name: "mixed", summary: "server CPU, two GPUs, a TPU, an FPGA and an NPU on PCIe",
    machine: {
      devices: {
        cpu0: { use: "amd-epyc-7763", slots: 4 },
        gpu0: { use: "nvidia-a100-pcie-40gb" },
        gpu1: { use: "nvidia-t4" },
        tpu0: { use: "google-tpu-v4i" },
        // Loading a kernel takes 0.1 s, more than most models: here one design holds the kernels of all operators.
        fpga0: { use: "xilinx-alveo-u250", pipeline: { reconfigure: 0 }, sources: { "pipeline.reconfigure": "one design for all operators" } },
        npu0: { use: "qualcomm-cloud-ai-100" },
      },
      links: [
        { name: "pcie-gpu0", between: ["cpu0", "gpu0"], use: "pcie4-x16" },
        { name: "pcie-gpu1", between: ["cpu0", "gpu1"], use: "pcie3-x16" },
        { name: "pcie-tpu0", between: ["cpu0", "tpu0"], use: "pcie3-x16" },
        { name: "pcie-fpga0", between: ["cpu0", "fpga0"], use: "pcie3-x16" },
        { name: "pcie-npu0", between: ["cpu0", "npu0"], use: "pcie4-x8" },
      ],
    },
  },
  {
    name: "laptop", summary: "Meteor Lake laptop: CPU, GPU and NPU on one memory",
    machine: {
      devices: { cpu0: { use: "intel-core-ultra-7-155h" }, gpu0: { use: "intel-arc-meteor-lake", memory: "cpu0" }, npu0: { use: "intel-npu-3720", memory: "cpu0" } },
    },
  },
  {
    name: "edge", summary: "single-board computer with a USB Edge TPU (i8)",
    machine: {
      devices: { cpu0: { use: "raspberry-pi-5" }, npu0: { use: "google-edge-tpu" } },
      links: [{ name: "usb0", between: ["cpu0", "npu0"], use: "usb3" }],
    },
  },
  {
    name: "phone", summary: "Pixel 7a: big, medium and little CPU cores on one memory",
    machine: {
      devices: { big: { use: "google-tensor-g2-big" }, medium: { use: "google-tensor-g2-medium", memory: "big" }, little: { use: "google-tensor-g2-little", memory: "big" } },
    },
  },
  {
    name: "server", summary: "two EPYC 9654 sockets, each with its own memory",
    machine: {
      devices: { cpu: { use: "amd-epyc-9654", count: 2 } },
      links: [{ name: "xgmi", between: ["cpu0", "cpu1"], use: "xgmi3", lanes: 4 }],
    },
  },
  {
    name: "dgx-1", summary: "two CPUs, eight V100 on the NVLink cube mesh",
    machine: {
      devices: { cpu: { use: "intel-xeon-e5-2698-v4", count: 2 }, gpu: { use: "nvidia-v100-sxm2-32gb", count: 8 } },
      links: [
        { name: "sockets", between: ["cpu0", "cpu1"], latency: "200ns", bandwidth: "38.4GB/s", source: "two QPI links of 9.6 GT/s × 2 B: Intel ARK, Xeon E5-2698 v4; latency: conservative" },
        ...[0, 1, 2, 3].map((gpu) => ({ name: `pcie-gpu${gpu}`, between: ["cpu0", `gpu${gpu}`] as [string, string], use: "pcie3-x16" })),
        ...[4, 5, 6, 7].map((gpu) => ({ name: `pcie-gpu${gpu}`, between: ["cpu1", `gpu${gpu}`] as [string, string], use: "pcie3-x16" })),
        // Pairs and links between them: NVIDIA DGX-1 system architecture whitepaper (WP-08437), 2017, figure 4.
        ...([[0, 1, 1], [0, 2, 1], [0, 3, 2], [0, 4, 2], [1, 2, 2], [1, 3, 1], [1, 5, 2], [2, 3, 2], [2, 6, 1], [3, 7, 1], [4, 5, 1], [4, 6, 1], [4, 7, 2], [5, 6, 2], [5, 7, 1], [6, 7, 2]] as const)
          .map(([a, b, lanes]) => ({ name: `nvlink-${a}-${b}`, between: [`gpu${a}`, `gpu${b}`] as [string, string], use: "nvlink2", lanes })),
      ],
    },
  },
  {
    name: "dgx-a100", summary: "two CPUs, eight A100 80 GB on NVSwitch",
    machine: {
      devices: { cpu: { use: "amd-epyc-7742", count: 2 }, gpu: { use: "nvidia-a100-sxm4-80gb", count: 8 } },
      switches: ["nvswitch"],
      links: [
        { name: "sockets", between: ["cpu0", "cpu1"], use: "xgmi2", lanes: 4 },
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((gpu) => ({ name: `pcie-gpu${gpu}`, between: [gpu < 4 ? "cpu0" : "cpu1", `gpu${gpu}`] as [string, string], use: "pcie4-x16" })),
        // A peer copy crosses two of these links: each has half the latency.
        { name: "nvlink", between: ["gpu", "nvswitch"], use: "nvlink3", lanes: 12, latency: "4.5us" },
      ],
    },
  },
  {
    name: "dgx-h100", summary: "two CPUs, eight H100 on NVSwitch",
    machine: {
      devices: { cpu: { use: "intel-xeon-8480", count: 2 }, gpu: { use: "nvidia-h100-sxm5", count: 8 } },
      switches: ["nvswitch"],
      links: [
        { name: "sockets", between: ["cpu0", "cpu1"], latency: "200ns", bandwidth: "128GB/s", source: "four UPI 2.0 links of 16 GT/s: Intel ARK, Xeon Platinum 8480+; counted as 2 B wide each, the least that is published, and latency: conservative" },
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((gpu) => ({ name: `pcie-gpu${gpu}`, between: [gpu < 4 ? "cpu0" : "cpu1", `gpu${gpu}`] as [string, string], use: "pcie5-x16" })),
        { name: "nvlink", between: ["gpu", "nvswitch"], use: "nvlink4", lanes: 18, latency: "4.5us" },
      ],
    },
  },
  {
    name: "mi300x-node", summary: "two CPUs, eight MI300X, every two joined by Infinity Fabric",
    machine: {
      devices: { cpu: { use: "amd-epyc-9654", count: 2 }, gpu: { use: "amd-mi300x", count: 8 } },
      links: [
        { name: "sockets", between: ["cpu0", "cpu1"], use: "xgmi3", lanes: 4 },
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((gpu) => ({ name: `pcie-gpu${gpu}`, between: [gpu < 4 ? "cpu0" : "cpu1", `gpu${gpu}`] as [string, string], use: "pcie5-x16" })),
        { name: "fabric", between: ["gpu", "gpu"], use: "infinity-fabric-3" },
      ],
    },
  },
  {
    name: "tpu-host", summary: "CPU host with four TPU v4 chips on PCIe, joined in a ring",
    machine: {
      devices: { cpu0: { use: "amd-epyc-7763" }, tpu: { use: "google-tpu-v4", count: 4 } },
      links: [
        { name: "pcie", between: ["cpu0", "tpu"], use: "pcie3-x16" },
        ...[0, 1, 2, 3].map((chip) => ({
          name: `ici-${chip}`, between: [`tpu${chip}`, `tpu${(chip + 1) % 4}`] as [string, string],
          latency: "1us", bandwidth: "50GB/s", source: "Jouppi et al., TPU v4, ISCA 2023, table 4: six links of 50 GB/s; latency: conservative",
        })),
      ],
    },
  },
]);
