import type { LibraryDevice } from "./entry.ts";

const idle = "board power of an idle card as nvidia-smi shows it, conservative";
const streaming = "large element-wise operators: data set of NeuSight (Lee et al., ASPLOS 2025)";
const throttled = "large f32, f16 and i8 operators under the 70 W limit: DeepBench results (Baidu Research, 2018), data set of NeuSight (Lee et al., ASPLOS 2025)";

export const gpus: readonly LibraryDevice[] = [
  {
    name: "nvidia-p100-pcie", summary: "Pascal, 56 multiprocessors, 16 GB HBM2, no matrix units",
    device: {
      kind: "gpu", units: 56, memory: { capacity: "16GiB", bandwidth: "732GB/s" },
      peak: { f64: "4.7TFLOP/s", f32: "9.3TFLOP/s", f16: "18.7TFLOP/s" },
      memoryEfficiency: "75%",
      power: { idle: "30W", busy: "250W" },
      sources: { memoryEfficiency: streaming, units: "NVIDIA Tesla P100 whitepaper (WP-08019), 2016", memory: "NVIDIA Tesla P100 data sheet, 2016", peak: "NVIDIA Tesla P100 data sheet, 2016", "power.busy": "NVIDIA Tesla P100 data sheet, 2016", "power.idle": idle },
    },
  },
  {
    name: "nvidia-p4", summary: "Pascal inference card, 20 multiprocessors, 8 GB GDDR5, 75 W",
    device: {
      kind: "gpu", units: 20, memory: { capacity: "8GiB", bandwidth: "192GB/s" },
      peak: { f64: "178GFLOP/s", f32: "5.7TFLOP/s", i8: "22TOP/s" },
      memoryEfficiency: "75%",
      power: { idle: "10W", busy: "75W" },
      sources: { memoryEfficiency: streaming, units: "NVIDIA Tesla P4 data sheet, 2016: 2560 cores, 128 a multiprocessor", memory: "NVIDIA Tesla P4 data sheet, 2016", peak: "5.5 TFLOP/s: NVIDIA Tesla P4 data sheet, 2016; 5.7 at 1113 MHz, the boost clock of the card in the data set of NeuSight (Lee et al., ASPLOS 2025); f64 at 1/32 of f32", "power.busy": "NVIDIA Tesla P4 data sheet, 2016", "power.idle": idle },
    },
  },
  {
    name: "nvidia-v100-sxm2-32gb", summary: "Volta, 80 multiprocessors, 32 GB HBM2, first matrix units (f16)",
    device: {
      kind: "gpu", units: 80, memory: { capacity: "32GiB", bandwidth: "900GB/s" },
      peak: { f64: "7.8TFLOP/s", f32: "15.7TFLOP/s", f16: "125TFLOP/s", i32: "15.7TOP/s" },
      memoryEfficiency: "90%",
      power: { idle: "40W", busy: "300W" },
      sources: { memoryEfficiency: streaming, units: "NVIDIA Tesla V100 whitepaper (WP-08608), 2017, table 1", memory: "NVIDIA V100 data sheet, 2020", peak: "NVIDIA Tesla V100 whitepaper (WP-08608), 2017, table 1; integer pipes issue at the rate of f32", "power.busy": "NVIDIA V100 data sheet, 2020", "power.idle": idle },
    },
  },
  {
    name: "nvidia-v100-pcie-32gb", summary: "Volta on PCIe, 80 multiprocessors, 32 GB HBM2",
    device: {
      kind: "gpu", units: 80, memory: { capacity: "32GiB", bandwidth: "900GB/s" },
      peak: { f64: "7TFLOP/s", f32: "14TFLOP/s", f16: "112TFLOP/s", i32: "14TOP/s" },
      memoryEfficiency: "90%",
      power: { idle: "30W", busy: "250W" },
      sources: { memoryEfficiency: streaming, units: "NVIDIA Tesla V100 whitepaper (WP-08608), 2017, table 1", memory: "NVIDIA V100 data sheet, 2020", peak: "NVIDIA V100 data sheet, 2020; integer pipes issue at the rate of f32", "power.busy": "NVIDIA V100 data sheet, 2020", "power.idle": idle },
    },
  },
  {
    name: "nvidia-t4", summary: "Turing inference card, 40 multiprocessors, 16 GB GDDR6, 70 W",
    device: {
      kind: "gpu", units: 40, memory: { capacity: "16GiB", bandwidth: "320GB/s" },
      peak: { f64: "254GFLOP/s", f32: "8.1TFLOP/s", f16: "65TFLOP/s", i8: "130TOP/s", i32: "8.1TOP/s" },
      memoryEfficiency: "75%",
      efficiency: { matmul: "50%", conv: "70%", "matmul/i8": "19%", "conv/i8": "27%" },
      power: { idle: "10W", busy: "70W" },
      sources: { memoryEfficiency: streaming, efficiency: throttled, units: "NVIDIA Turing architecture whitepaper (WP-09183), 2018, appendix C", memory: "NVIDIA Turing architecture whitepaper (WP-09183), 2018, appendix C", peak: "NVIDIA Turing architecture whitepaper (WP-09183), 2018, appendix C; f64 at 1/32 of f32; integer pipes at the rate of f32", "power.busy": "NVIDIA T4 data sheet, 2019", "power.idle": idle },
    },
  },
  {
    name: "nvidia-a100-pcie-40gb", summary: "Ampere on PCIe, 108 multiprocessors, 40 GB HBM2",
    device: {
      kind: "gpu", units: 108, memory: { capacity: "40GiB", bandwidth: "1555GB/s" },
      peak: { f64: "19.5TFLOP/s", f32: "19.5TFLOP/s", tf32: "156TFLOP/s", bf16: "312TFLOP/s", f16: "312TFLOP/s", i8: "624TOP/s", i32: "19.5TOP/s" },
      memoryEfficiency: "87%",
      power: { idle: "40W", busy: "250W" },
      sources: { memoryEfficiency: streaming, units: "NVIDIA A100 whitepaper, 2020, table 4", memory: "NVIDIA A100 PCIe product brief (PB-10137), 2020", peak: "NVIDIA A100 data sheet, 2020, dense; f64 on the matrix units", "power.busy": "NVIDIA A100 data sheet, 2020", "power.idle": idle },
    },
  },
  {
    name: "nvidia-a100-sxm4-80gb", summary: "Ampere, 108 multiprocessors, 80 GB HBM2e, NVLink 3",
    device: {
      kind: "gpu", units: 108, memory: { capacity: "80GiB", bandwidth: "2039GB/s" },
      peak: { f64: "19.5TFLOP/s", f32: "19.5TFLOP/s", tf32: "156TFLOP/s", bf16: "312TFLOP/s", f16: "312TFLOP/s", i8: "624TOP/s", i32: "19.5TOP/s" },
      memoryEfficiency: "87%",
      power: { idle: "60W", busy: "400W" },
      sources: { memoryEfficiency: streaming, units: "NVIDIA A100 whitepaper, 2020, table 4", memory: "NVIDIA A100 80GB data sheet, 2021", peak: "NVIDIA A100 80GB data sheet, 2021, dense; f64 on the matrix units", "power.busy": "NVIDIA A100 80GB data sheet, 2021", "power.idle": idle },
    },
  },
  {
    name: "nvidia-h100-sxm5", summary: "Hopper, 132 multiprocessors, 80 GB HBM3, NVLink 4, f8 matrix units",
    device: {
      kind: "gpu", units: 132, memory: { capacity: "80GiB", bandwidth: "3350GB/s" },
      peak: { f64: "66.9TFLOP/s", f32: "66.9TFLOP/s", tf32: "494.7TFLOP/s", bf16: "989.4TFLOP/s", f16: "989.4TFLOP/s", f8: "1978.9TFLOP/s", i8: "1978.9TOP/s", i32: "33.5TOP/s" },
      power: { idle: "70W", busy: "700W" },
      sources: { units: "NVIDIA H100 architecture whitepaper, 2022, table 2", memory: "NVIDIA H100 data sheet, 2023", peak: "NVIDIA H100 architecture whitepaper, 2022, table 2, dense; f64 on the matrix units", "power.busy": "NVIDIA H100 data sheet, 2023", "power.idle": idle },
    },
  },
  {
    name: "nvidia-h100-pcie", summary: "Hopper on PCIe, 114 multiprocessors, 80 GB HBM2e",
    device: {
      kind: "gpu", units: 114, memory: { capacity: "80GiB", bandwidth: "2039GB/s" },
      peak: { f64: "51.2TFLOP/s", f32: "51.2TFLOP/s", tf32: "378TFLOP/s", bf16: "756TFLOP/s", f16: "756TFLOP/s", f8: "1513TFLOP/s", i8: "1513TOP/s", i32: "25.6TOP/s" },
      power: { idle: "50W", busy: "350W" },
      sources: { units: "NVIDIA H100 architecture whitepaper, 2022, table 2", memory: "NVIDIA H100 PCIe product brief (PB-11133), 2022", peak: "NVIDIA H100 architecture whitepaper, 2022, table 2, dense; f64 on the matrix units", "power.busy": "NVIDIA H100 PCIe product brief (PB-11133), 2022", "power.idle": idle },
    },
  },
  {
    name: "nvidia-a10", summary: "Ampere inference card, 72 multiprocessors, 24 GB GDDR6, 150 W",
    device: {
      kind: "gpu", units: 72, memory: { capacity: "24GiB", bandwidth: "600GB/s" },
      peak: { f64: "488GFLOP/s", f32: "31.2TFLOP/s", tf32: "62.5TFLOP/s", bf16: "125TFLOP/s", f16: "125TFLOP/s", i8: "250TOP/s" },
      power: { idle: "15W", busy: "150W" },
      sources: { units: "NVIDIA A10 data sheet, 2021: 9216 cores, 128 a multiprocessor", memory: "NVIDIA A10 data sheet, 2021", peak: "NVIDIA A10 data sheet, 2021, dense; f64 at 1/64 of f32", "power.busy": "NVIDIA A10 data sheet, 2021", "power.idle": idle },
    },
  },
  {
    name: "nvidia-l40s", summary: "Ada data-centre card, 142 multiprocessors, 48 GB GDDR6",
    device: {
      kind: "gpu", units: 142, memory: { capacity: "48GiB", bandwidth: "864GB/s" },
      peak: { f64: "1.43TFLOP/s", f32: "91.6TFLOP/s", tf32: "183TFLOP/s", bf16: "362TFLOP/s", f16: "362TFLOP/s", f8: "733TFLOP/s", i8: "733TOP/s" },
      power: { idle: "35W", busy: "350W" },
      sources: { units: "NVIDIA L40S data sheet, 2023: 18,176 cores, 128 a multiprocessor", memory: "NVIDIA L40S data sheet, 2023", peak: "NVIDIA L40S data sheet, 2023, dense; f64 at 1/64 of f32", "power.busy": "NVIDIA L40S data sheet, 2023", "power.idle": idle },
    },
  },
  {
    name: "nvidia-rtx-3090", summary: "Ampere desktop card, 82 multiprocessors, 24 GB GDDR6X",
    device: {
      kind: "gpu", units: 82, memory: { capacity: "24GiB", bandwidth: "936GB/s" },
      peak: { f64: "556GFLOP/s", f32: "35.6TFLOP/s", tf32: "35.6TFLOP/s", bf16: "71TFLOP/s", f16: "71TFLOP/s", i8: "284TOP/s", i32: "17.8TOP/s" },
      power: { idle: "25W", busy: "350W" },
      sources: { units: "NVIDIA Ampere GA102 architecture whitepaper, 2021", memory: "NVIDIA Ampere GA102 architecture whitepaper, 2021", peak: "NVIDIA Ampere GA102 architecture whitepaper, 2021, dense, f32 accumulation; f64 at 1/64 of f32", "power.busy": "NVIDIA Ampere GA102 architecture whitepaper, 2021: total graphics power", "power.idle": idle },
    },
  },
  {
    name: "nvidia-l4", summary: "Ada inference card, 58 multiprocessors, 24 GB GDDR6, 72 W",
    device: {
      kind: "gpu", units: 58, memory: { capacity: "24GiB", bandwidth: "300GB/s" },
      peak: { f64: "473GFLOP/s", f32: "30.3TFLOP/s", tf32: "60TFLOP/s", bf16: "121TFLOP/s", f16: "121TFLOP/s", f8: "242TFLOP/s", i8: "242TOP/s" },
      power: { idle: "15W", busy: "72W" },
      sources: { units: "NVIDIA L4 data sheet, 2023: 7424 cores, 128 a multiprocessor", memory: "NVIDIA L4 data sheet, 2023", peak: "NVIDIA L4 data sheet, 2023, dense: half of the sparse figures; f64 at 1/64 of f32", "power.busy": "NVIDIA L4 data sheet, 2023", "power.idle": idle },
    },
  },
  {
    name: "nvidia-rtx-4090", summary: "Ada desktop card, 128 multiprocessors, 24 GB GDDR6X",
    device: {
      kind: "gpu", units: 128, memory: { capacity: "24GiB", bandwidth: "1008GB/s" },
      peak: { f64: "1.29TFLOP/s", f32: "82.6TFLOP/s", tf32: "82.6TFLOP/s", bf16: "165.2TFLOP/s", f16: "165.2TFLOP/s", f8: "330.3TFLOP/s", i8: "660.6TOP/s", i32: "41.3TOP/s" },
      power: { idle: "25W", busy: "450W" },
      sources: { units: "NVIDIA Ada GPU architecture whitepaper, 2023, appendix A", memory: "NVIDIA Ada GPU architecture whitepaper, 2023, appendix A", peak: "NVIDIA Ada GPU architecture whitepaper, 2023, appendix A, dense, f32 accumulation; f64 at 1/64 of f32", "power.busy": "NVIDIA Ada GPU architecture whitepaper, 2023, appendix A: total graphics power", "power.idle": idle },
    },
  },
  {
    name: "amd-mi300x", summary: "CDNA 3, 304 compute units, 192 GB HBM3",
    device: {
      kind: "gpu", units: 304, memory: { capacity: "192GiB", bandwidth: "5325GB/s" },
      peak: { f64: "163.4TFLOP/s", f32: "163.4TFLOP/s", tf32: "653.7TFLOP/s", bf16: "1307.4TFLOP/s", f16: "1307.4TFLOP/s", f8: "2614.9TFLOP/s", i8: "2614.9TOP/s" },
      power: { idle: "140W", busy: "750W" },
      sources: { units: "AMD Instinct MI300X data sheet, 2023", memory: "AMD Instinct MI300X data sheet, 2023", peak: "AMD Instinct MI300X data sheet, 2023, dense matrix figures", "power.busy": "AMD Instinct MI300X data sheet, 2023: peak board power", "power.idle": "board power of an idle card as rocm-smi shows it, conservative" },
    },
  },
  {
    name: "nvidia-jetson-agx-orin-gpu", summary: "embedded Ampere, 16 multiprocessors, memory shared with the CPU",
    device: {
      kind: "gpu", units: 16, memory: { capacity: "64GiB", bandwidth: "204.8GB/s" },
      peak: { f32: "5.3TFLOP/s", f16: "42.5TFLOP/s", i8: "85TOP/s" },
      power: { idle: "5W", busy: "40W" },
      sources: { units: "NVIDIA Jetson AGX Orin technical brief, 2022", memory: "NVIDIA Jetson AGX Orin data sheet (DS-10662), 2022", peak: "NVIDIA Jetson AGX Orin technical brief, 2022: 170 sparse i8 TOPS of the GPU halved; f16 half of that", "power.busy": "share of the module's 60 W mode, conservative", "power.idle": "share of the module's 15 W mode, conservative" },
    },
  },
  {
    name: "intel-arc-meteor-lake", summary: "laptop GPU, 8 Xe cores of Core Ultra 7 155H, memory shared with the CPU",
    device: {
      kind: "gpu", units: 8, memory: { capacity: "32GiB", bandwidth: "119.5GB/s" },
      peak: { f32: "4.6TFLOP/s", f16: "9.2TFLOP/s", i8: "18.4TOP/s" },
      power: { idle: "1W", busy: "20W" },
      sources: { units: "Intel ARK, Core Ultra 7 155H, 2023", memory: "Intel ARK, Core Ultra 7 155H, 2023: LPDDR5x-7467, 128 bits", peak: "8 Xe cores × 16 vector engines × 8 f32 lanes × 2 × 2.25 GHz: Intel ARK, 2023; f16 twice, DP4a i8 four times", power: "share of the package's 28 W, conservative" },
    },
  },
];
