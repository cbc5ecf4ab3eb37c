import type { LibraryDevice } from "./entry.ts";

const asBf16 = "f32 operands are multiplied as bf16 in one pass by default: JAX documentation, jax.default_matmul_precision";
const cacm = "Jouppi et al., A Domain-Specific Supercomputer for Training Deep Neural Networks, CACM 63(7), 2020, table 1";
const isca21 = "Jouppi et al., Ten Lessons From Three Generations Shaped Google's TPUv4i, ISCA 2021, table 1";
const isca23 = "Jouppi et al., TPU v4: An Optically Reconfigurable Supercomputer, ISCA 2023, table 4";
const v5e = "Google Cloud documentation, TPU v5e, 2024";

export const tpus: readonly LibraryDevice[] = [
  {
    name: "google-tpu-v3", summary: "TPU v3 chip, 4 matrix units of 128 × 128, 32 GB HBM",
    device: {
      kind: "tpu", units: 4, memory: { capacity: "32GiB", bandwidth: "900GB/s" }, systolic: { rows: 128, columns: 128 },
      peak: { bf16: "123TFLOP/s", f32: "123TFLOP/s" }, power: { idle: "123W", busy: "262W" },
      sources: { units: `${cacm}: two cores of two matrix units`, memory: cacm, systolic: cacm, "peak.bf16": cacm, "peak.f32": asBf16, power: "Google Cloud documentation, TPU v3: minimum and maximum measured" },
    },
  },
  {
    name: "google-tpu-v4", summary: "TPU v4 chip, 8 matrix units of 128 × 128, 32 GB HBM",
    device: {
      kind: "tpu", units: 8, memory: { capacity: "32GiB", bandwidth: "1200GB/s" }, systolic: { rows: 128, columns: 128 },
      peak: { bf16: "275TFLOP/s", f32: "275TFLOP/s", i8: "275TOP/s" }, power: { idle: "90W", busy: "192W" },
      sources: { units: `${isca23}: two cores of four matrix units`, memory: isca23, systolic: isca23, "peak.bf16": isca23, "peak.i8": isca23, "peak.f32": asBf16, power: "Google Cloud documentation, TPU v4: minimum and maximum measured" },
    },
  },
  {
    name: "google-tpu-v4i", summary: "TPU v4i inference chip, 4 matrix units of 128 × 128, 8 GB HBM",
    device: {
      kind: "tpu", units: 4, memory: { capacity: "8GiB", bandwidth: "614GB/s" }, systolic: { rows: 128, columns: 128 },
      peak: { bf16: "138TFLOP/s", f32: "138TFLOP/s", i8: "138TOP/s" }, power: { idle: "55W", busy: "175W" },
      sources: { units: isca21, memory: isca21, systolic: isca21, "peak.bf16": isca21, "peak.i8": isca21, "peak.f32": asBf16, power: isca21 },
    },
  },
  {
    name: "google-tpu-v5e", summary: "TPU v5e chip, 4 matrix units of 128 × 128, 16 GB HBM2",
    device: {
      kind: "tpu", units: 4, memory: { capacity: "16GiB", bandwidth: "819GB/s" }, systolic: { rows: 128, columns: 128 },
      peak: { bf16: "197TFLOP/s", f32: "197TFLOP/s", i8: "393TOP/s" },
      sources: { units: `${v5e}: one core of four matrix units`, memory: v5e, systolic: v5e, "peak.bf16": v5e, "peak.i8": v5e, "peak.f32": asBf16 },
    },
  },
];

const u250 = "Xilinx, Alveo U200 and U250 Data Sheet (DS962), 2020";
const u280 = "Xilinx, Alveo U280 Data Sheet (DS963), 2021";
const configurationPort = "the configuration port of a device of several regions takes 4.0 Gbit/s: Xilinx, Dynamic Function eXchange (UG909), table 3";
const floatInDsp = "five DSP slices to a multiply-add (PG060), 2 flop a cycle at 300 MHz; Vitis floating point, f16 conservatively the same";
const dpu = "Xilinx, DPUCAHX8H Product Guide (PG367), 2021, table 1: three cores of 4, 5 and 5 engines at 300 MHz, 17,203 GOP/s: 14 × 4096 operations a cycle";

export const fpgas: readonly LibraryDevice[] = [
  {
    name: "xilinx-alveo-u250", summary: "FPGA card, 12,288 DSP slices in 4 regions, 64 GB DDR4; a kernel for each operator kind",
    device: {
      kind: "fpga", units: 4, memory: { capacity: "64GiB", bandwidth: "77GB/s" },
      peak: { f32: "1.47TFLOP/s", f16: "1.47TFLOP/s", i8: "33.3TOP/s" },
      pipeline: { clock: "300MHz", initiationInterval: 1, depth: 100, reconfigure: "180ms" }, power: { idle: "30W", busy: "225W" },
      sources: {
        units: `${u250}: four super logic regions`, memory: u250, "peak.i8": u250, peak: `12,288 DSP slices, ${floatInDsp}`,
        "pipeline.clock": "default kernel clock of the U250 shell: UG1120", "pipeline.initiationInterval": "a new input each cycle, the aim of every HLS pipeline: UG1399",
        "pipeline.depth": "design dependent: of the order of 100 stages", "pipeline.reconfigure": `a bit stream of the order of 90 MB; ${configurationPort}`,
        "power.busy": u250, "power.idle": "board power of an idle card, conservative",
      },
    },
  },
  {
    name: "xilinx-alveo-u280", summary: "FPGA card, 9,024 DSP slices in 3 regions, 8 GB HBM2; a kernel for each operator kind",
    device: {
      kind: "fpga", units: 3, memory: { capacity: "8GiB", bandwidth: "460GB/s" },
      peak: { f32: "1.08TFLOP/s", f16: "1.08TFLOP/s", i8: "24.5TOP/s" },
      pipeline: { clock: "300MHz", initiationInterval: 1, depth: 100, reconfigure: "130ms" }, power: { idle: "30W", busy: "225W" },
      sources: {
        units: `${u280}: three super logic regions`, memory: u280, "peak.i8": u280, peak: `9,024 DSP slices, ${floatInDsp}`,
        "pipeline.clock": "default kernel clock of the U280 shell: UG1120", "pipeline.initiationInterval": "a new input each cycle, the aim of every HLS pipeline: UG1399",
        "pipeline.depth": "design dependent: of the order of 100 stages", "pipeline.reconfigure": `a bit stream of the order of 65 MB; ${configurationPort}`,
        "power.busy": u280, "power.idle": "board power of an idle card, conservative",
      },
    },
  },
  {
    name: "xilinx-alveo-u280-dpu", summary: "the same card with one design that runs whole i8 networks: 14 convolution engines",
    device: {
      kind: "fpga", units: 14, memory: { capacity: "8GiB", bandwidth: "460GB/s" },
      peak: { i8: "17.2TOP/s" },
      pipeline: { clock: "300MHz", initiationInterval: 1, depth: 100, reconfigure: 0 }, power: { idle: "30W", busy: "225W" },
      sources: {
        units: dpu, memory: u280, peak: dpu, "pipeline.clock": dpu, "pipeline.initiationInterval": dpu, "pipeline.depth": "design dependent: of the order of 100 stages",
        "pipeline.reconfigure": "one design for all operators", "power.busy": u280, "power.idle": "board power of an idle card, conservative",
      },
    },
  },
];

const edgeTpu = "Coral, USB Accelerator Datasheet, 2020";
const coreUltra = "Intel ARK, Core Ultra 7 155H, 2023";
const cloudAi = "Qualcomm, Cloud AI SDK documentation, Architecture";
const npu3720 = "OpenVINO documentation 2023.3, NPU device: computation precision is f16, f32 models run in it";

export const npus: readonly LibraryDevice[] = [
  {
    name: "google-edge-tpu", summary: "Coral Edge TPU on USB, i8 only, 8 MB on chip",
    device: {
      kind: "npu", units: 1, memory: { capacity: "8MiB" }, peak: { i8: "4TOP/s" }, systolic: { rows: 64, columns: 64 }, power: { idle: "0.5W", busy: "2W" },
      sources: {
        units: edgeTpu, "memory.capacity": "Coral documentation, Edge TPU compiler, parameter data caching, 2020", peak: edgeTpu,
        systolic: `4 TOP/s at 500 MHz, the maximum clock, are 64 × 64 multiply-accumulates a cycle: ${edgeTpu}`,
        "power.busy": "Coral, Edge TPU performance overview: 2 TOPS a watt", "power.idle": "conservative",
      },
    },
  },
  {
    name: "intel-npu-3720", summary: "laptop NPU of Core Ultra 7 155H, memory shared with the CPU",
    device: {
      kind: "npu", units: 2, memory: { capacity: "32GiB", bandwidth: "119.5GB/s" }, peak: { i8: "11TOP/s", f16: "5.5TFLOP/s", f32: "5.5TFLOP/s" }, power: { idle: "0.5W", busy: "5W" },
      sources: {
        units: "Intel, Meteor Lake architecture overview, 2023: two neural compute engine tiles", memory: `${coreUltra}: LPDDR5x-7467, 128 bits`, "peak.i8": `${coreUltra}: Intel AI Boost`,
        "peak.f16": "half the i8 rate: Intel, Meteor Lake architecture overview, 2023", "peak.f32": npu3720, power: "share of the package's 28 W, conservative",
      },
    },
  },
  {
    name: "qualcomm-cloud-ai-100", summary: "inference card, 16 cores, f16 and i8, 32 GB LPDDR4X, 75 W",
    device: {
      kind: "npu", units: 16, memory: { capacity: "32GiB", bandwidth: "137GB/s" }, peak: { i8: "375TOP/s", f16: "125TFLOP/s", f32: "125TFLOP/s" }, power: { idle: "15W", busy: "75W" },
      sources: {
        units: `${cloudAi}: Pro card`, memory: `${cloudAi}: Pro card; four channels × 64 bits × 4266 MT/s`, peak: `${cloudAi}: Pro card, within its 75 W; the chip alone is rated at 400 TOP/s and 200 TFLOP/s`, "peak.f32": "f32 models are compiled to f16: Qualcomm, Cloud AI SDK documentation, qaic-exec -convert-to-fp16",
        "power.busy": cloudAi, "power.idle": "conservative",
      },
    },
  },
  {
    name: "apple-m2-neural-engine", summary: "laptop neural engine of Apple M2, 16 cores, memory shared with the CPU",
    device: {
      kind: "npu", units: 16, memory: { capacity: "24GiB", bandwidth: "100GB/s" }, peak: { f16: "15.8TFLOP/s" },
      sources: { units: "Apple newsroom, Apple unveils M2, June 2022", memory: "Apple newsroom, Apple unveils M2, June 2022", peak: "Apple newsroom, Apple unveils M2, June 2022: 15.8 trillion operations a second; Core ML runs it in f16" },
    },
  },
];
