import type { DeviceKind } from "./machine.ts";
import type { DeviceInput } from "./schema.ts";

/**
 * What a device of each kind gets where neither the scenario nor the library says otherwise: overheads and efficiencies,
 * which no data sheet states. They are typical published values, good for a first ranking; a calibrated profile of the
 * machine at hand replaces them.
 *
 * Efficiencies are keyed by operator kind, by category ("compute", "memory") or `default`, in this order of preference.
 * The cost models account for tile and wave quantisation by themselves, so these are the shares reached by large,
 * well-shaped operators.
 */
export const kindDefaults: Readonly<Record<DeviceKind, DeviceInput>> = {
  cpu: {
    launch: "2us",
    unitBandwidth: "15GB/s",
    efficiency: { matmul: "80%", conv: "65%", "depthwise-conv": "25%", compute: "50%", default: "20%" },
    memoryEfficiency: "80%",
    fuses: true,
    pages: { size: "4KiB", huge: "2MiB", fault: "500ns", zero: "10GB/s" },
    sources: {
      pages: "Linux on x86; a first touch takes 0.6 to 1 µs with its 4 KiB zeroed, which at 10 GB/s is 0.4 of it: assumptions, measure your own",
      fuses: "ONNX Runtime documentation, Graph optimizations: convolution, matrix product and normalization fusions on CPU and CUDA, on by default",
      launch: "fork and join of a thread team take 1 to 4 µs: Bull, Reid, McDonnell, A Microbenchmark Suite for OpenMP Tasks (IWOMP 2012)",
      unitBandwidth: "one thread draws 12 to 27 GB/s in STREAM: AnandTech, Sizing Up Servers, July 2017",
      "efficiency.matmul": "BLIS reaches 80 to 90 % of a core's peak in SGEMM: Van Zee & van de Geijn, ACM TOMS 41(3), 2015",
      "efficiency.conv": "direct convolution reaches 60 to 80 % of peak on x86: Georganas et al., Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures (SC18)",
      efficiency: "no published figure of general standing: conservative",
      memoryEfficiency: "STREAM triad reaches 75 to 85 % of the pin bandwidth: McCalpin, STREAM results, www.cs.virginia.edu/stream",
    },
  },
  gpu: {
    launch: "5us",
    efficiency: { matmul: "90%", conv: "75%", "depthwise-conv": "15%", compute: "50%", default: "25%" },
    memoryEfficiency: "80%",
    fuses: true,
    sources: {
      fuses: "ONNX Runtime documentation, Graph optimizations: convolution, matrix product and normalization fusions on CPU and CUDA, on by default",
      launch: "kernel launches take 3 to 10 µs: Zhang et al., A Study of Single and Multi-device Synchronization Methods in Nvidia GPUs (IPDPS 2020)",
      "efficiency.matmul": "f32 and f16 products on P100, V100 and A100: DeepBench results (Baidu Research, 2018) and the data set of NeuSight (Lee et al., ASPLOS 2025)",
      "efficiency.conv": "f32 and f16 convolutions on P100 and V100: DeepBench results (Baidu Research, 2018) and the data set of NeuSight (Lee et al., ASPLOS 2025); Winograd kernels reach more",
      efficiency: "no published figure of general standing: conservative",
      memoryEfficiency: "large element-wise operators reach 75 to 90 %: data set of NeuSight (Lee et al., ASPLOS 2025)",
    },
  },
  tpu: {
    launch: "1us",
    efficiency: { matmul: "90%", conv: "80%", "depthwise-conv": "5%", compute: "60%", default: "5%" },
    memoryEfficiency: "85%",
    fuses: true,
    sources: {
      launch: "shortest fused operators on TPU v4 last 1.0 to 1.3 µs: SCALE-Sim TPU validation data set (2025)",
      "efficiency.matmul": "matrix products on TPU v4: SCALE-Sim TPU validation data set (2025)",
      "efficiency.conv": "Jouppi et al., A Domain-Specific Supercomputer for Training Deep Neural Networks, CACM 63(7), 2020",
      "efficiency.depthwise-conv": "runs on the vector unit: Jouppi et al., CACM 63(7), 2020",
      "efficiency.default": "the vector unit has 1/16 to 1/32 of the matrix units' throughput: Jouppi et al., CACM 63(7), 2020",
      efficiency: "no published figure of general standing: conservative",
      memoryEfficiency: "element-wise operators on TPU v4: SCALE-Sim TPU validation data set (2025)",
      fuses: "XLA fuses element-wise operators: openxla.org, XLA architecture",
    },
  },
  fpga: {
    launch: "30us",
    efficiency: { matmul: "70%", conv: "70%", compute: "50%", default: "25%" },
    memoryEfficiency: "68%",
    fuses: true,
    pipeline: { clock: "300MHz", initiationInterval: 1, depth: 100, reconfigure: "100ms" },
    sources: {
      launch: "starting a kernel through the driver over PCIe takes tens of µs: conservative",
      efficiency: "designs use 60 to 80 % of their multipliers: Guo et al., A Survey of FPGA-Based Neural Network Inference Accelerators, ACM TRETS 12(1), 2019",
      memoryEfficiency: "52.2 of 77 GB/s on an Alveo U250: Vitis Accel Examples 2023.1, bandwidth test log",
      fuses: "a pipeline's stages pass data on without memory",
      "pipeline.clock": "default kernel clock of Alveo shells: UG1120",
      "pipeline.initiationInterval": "a new input each cycle, the aim of every HLS pipeline: UG1399",
      "pipeline.depth": "design dependent: of the order of 100 stages",
      "pipeline.reconfigure": "order of 0.1 s: tens of MB through a configuration port of 6.4 Gbit/s, or 4.0 on devices of several dies: Xilinx, Dynamic Function eXchange (UG909), table 3",
    },
  },
  npu: {
    launch: "20us",
    efficiency: { matmul: "60%", conv: "60%", "depthwise-conv": "15%", compute: "40%", default: "5%" },
    memoryEfficiency: "80%",
    fuses: true,
    sources: {
      launch: "driver and mailbox round trip of tens of µs: conservative",
      efficiency: "convolutional networks reach 20 to 60 % of an edge accelerator's peak: Reuther et al., AI Accelerator Survey and Trends (HPEC 2021)",
      memoryEfficiency: "taken from CPUs on the same kind of memory",
      fuses: "NPU compilers fuse activations into the matrix operator",
    },
  },
};
