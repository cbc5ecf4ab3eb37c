import type { LibraryDevice } from "./entry.ts";

const zen3 = "AMD, Software Optimization Guide for Family 19h (56665), 2020: two 256-bit FMA pipes, 32 f32 flop a cycle and core";
const zen4 = "AMD, Software Optimization Guide for Family 19h Models 10h+ (57647), 2023: two 256-bit FMA pipes, 32 f32 flop a cycle and core; dot-product instructions 2 × (bf16) and 4 × (i8) that";
const iceLake = "Intel, 64 and IA-32 Architectures Optimization Reference Manual (248966), 2023: two 512-bit FMA pipes, 64 f32 flop a cycle and core; VNNI 4 × that";
const a76 = "Arm, Cortex-A76 Software Optimization Guide, 2018: two 128-bit ASIMD pipes, 16 f32 flop a cycle and core";
const x1 = "Arm, Cortex-X1 Software Optimization Guide, 2020: four 128-bit ASIMD pipes, 32 f32 flop a cycle and core";
const a78 = "Arm, Cortex-A78 Software Optimization Guide, 2020: two 128-bit ASIMD pipes, 16 f32 flop a cycle and core";
const a55 = "Arm, Cortex-A55 Software Optimization Guide, 2018: two 64-bit ASIMD pipes, 8 f32 flop a cycle and core";
const gs201 = "Google, Pixel 7a technical specifications, 2023: two, two and four cores at 2.85, 2.35 and 1.8 GHz; 8 GB LPDDR5";
const pixelMemory = "64-bit LPDDR5-6400 (JEDEC JESD209-5): 8 B × 6.4 GT/s";

export const cpus: readonly LibraryDevice[] = [
  {
    name: "amd-epyc-7742", summary: "server CPU, 64 Zen 2 cores, 8 channels of DDR4-3200; hosts of DGX A100",
    device: {
      kind: "cpu", units: 64, memory: { capacity: "512GiB", bandwidth: "204.8GB/s" },
      peak: { f64: "2304GFLOP/s", f32: "4608GFLOP/s" },
      power: { idle: "75W", busy: "225W" },
      sources: {
        units: "AMD EPYC 7742 product page, 2019", memory: "AMD EPYC 7742 product page, 2019: 204.8 GB/s a socket; capacity: eight modules of 64 GiB",
        peak: "64 cores × 2.25 GHz × flop a cycle; AMD, Software Optimization Guide for Family 17h Models 30h+ (56305), 2020: two 256-bit FMA pipes, 32 f32 flop a cycle and core",
        "power.busy": "AMD EPYC 7742 product page, 2019: default TDP", "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "amd-epyc-7763", summary: "server CPU, 64 Zen 3 cores, 8 channels of DDR4-3200",
    device: {
      kind: "cpu", units: 64, memory: { capacity: "512GiB", bandwidth: "204.8GB/s" },
      peak: { f64: "2508.8GFLOP/s", f32: "5017.6GFLOP/s" },
      power: { idle: "90W", busy: "280W" },
      sources: {
        units: "AMD EPYC 7763 product page, 2021", memory: "AMD EPYC 7763 product page, 2021: 204.8 GB/s a socket; capacity: eight modules of 64 GiB",
        peak: `64 cores × 2.45 GHz × flop a cycle; ${zen3}`, "power.busy": "AMD EPYC 7763 product page, 2021: default TDP",
        "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this CPU",
      },
    },
  },
  {
    name: "amd-epyc-9654", summary: "server CPU, 96 Zen 4 cores, 12 channels of DDR5-4800",
    device: {
      kind: "cpu", units: 96, memory: { capacity: "768GiB", bandwidth: "460.8GB/s" },
      peak: { f64: "3686.4GFLOP/s", f32: "7372.8GFLOP/s", bf16: "14745.6GFLOP/s", i8: "29491.2GOP/s" },
      power: { idle: "120W", busy: "360W" },
      sources: {
        units: "AMD EPYC 9654 product page, 2022", memory: "AMD EPYC 9654 product page, 2022: 460.8 GB/s a socket; capacity: twelve modules of 64 GiB",
        peak: `96 cores × 2.4 GHz × flop a cycle; ${zen4}`, "power.busy": "AMD EPYC 9654 product page, 2022: default TDP",
        "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "intel-xeon-8380", summary: "server CPU, 40 Ice Lake cores with AVX-512, 8 channels of DDR4-3200",
    device: {
      kind: "cpu", units: 40, memory: { capacity: "512GiB", bandwidth: "204.8GB/s" },
      peak: { f64: "2944GFLOP/s", f32: "5888GFLOP/s", i8: "23552GOP/s" },
      power: { idle: "90W", busy: "270W" },
      sources: {
        units: "Intel ARK, Xeon Platinum 8380, 2021", memory: "Intel ARK, Xeon Platinum 8380, 2021: 8 channels × 25.6 GB/s; capacity: eight modules of 64 GiB",
        peak: `40 cores × 2.3 GHz × flop a cycle; ${iceLake}`, "power.busy": "Intel ARK, Xeon Platinum 8380, 2021: TDP",
        "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this CPU",
      },
    },
  },
  {
    name: "intel-xeon-e5-2698-v4", summary: "server CPU, 20 Broadwell cores, 4 channels of DDR4-2400; hosts of DGX-1",
    device: {
      kind: "cpu", units: 20, memory: { capacity: "256GiB", bandwidth: "76.8GB/s" },
      peak: { f64: "704GFLOP/s", f32: "1408GFLOP/s" },
      power: { idle: "45W", busy: "135W" },
      sources: {
        units: "Intel ARK, Xeon E5-2698 v4, 2016", memory: "Intel ARK, Xeon E5-2698 v4, 2016: 76.8 GB/s; capacity: half of DGX-1's 512 GB",
        peak: "20 cores × 2.2 GHz × flop a cycle; Intel 248966: two 256-bit FMA pipes, 32 f32 flop a cycle and core",
        "power.busy": "Intel ARK, Xeon E5-2698 v4, 2016: TDP", "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "intel-xeon-8480", summary: "server CPU, 56 Sapphire Rapids cores with matrix tiles, 8 channels of DDR5-4800; hosts of DGX H100",
    device: {
      kind: "cpu", units: 56, memory: { capacity: "1TiB", bandwidth: "307.2GB/s" },
      peak: { f64: "3584GFLOP/s", f32: "7168GFLOP/s", bf16: "114.688TFLOP/s", i8: "229.376TOP/s" },
      power: { idle: "115W", busy: "350W" },
      sources: {
        units: "Intel ARK, Xeon Platinum 8480+, 2023", memory: "Intel ARK, Xeon Platinum 8480+, 2023: 8 channels × 38.4 GB/s; capacity: half of DGX H100's 2 TB",
        peak: "56 cores × 2.0 GHz × flop a cycle; Intel 248966: two 512-bit FMA pipes, 64 f32 flop a cycle and core; AMX 1024 bf16 or 2048 i8 operations a cycle and core",
        "power.busy": "Intel ARK, Xeon Platinum 8480+, 2023: TDP", "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "amd-ryzen-9-7950x", summary: "desktop CPU, 16 Zen 4 cores, 2 channels of DDR5-5200",
    device: {
      kind: "cpu", units: 16, memory: { capacity: "64GiB", bandwidth: "83.2GB/s" },
      peak: { f64: "1152GFLOP/s", f32: "2304GFLOP/s", bf16: "4608GFLOP/s", i8: "9216GOP/s" },
      unitBandwidth: "40GB/s",
      power: { idle: "30W", busy: "170W" },
      sources: {
        units: "AMD Ryzen 9 7950X product page, 2022", memory: "AMD Ryzen 9 7950X product page, 2022: DDR5-5200, two channels × 41.6 GB/s; capacity: two modules of 32 GiB",
        peak: `16 cores × 4.5 GHz × flop a cycle; ${zen4}`, unitBandwidth: "chip die reads 32 B a cycle of the 2 GHz fabric, 64 GB/s for eight cores: AMD 57647; one core: conservative",
        "power.busy": "AMD Ryzen 9 7950X product page, 2022: default TDP", "power.idle": "package power of an idle desktop system, conservative",
      },
    },
  },
  {
    name: "intel-core-ultra-7-155h", summary: "laptop CPU, the 6 performance cores of Meteor Lake, LPDDR5x-7467",
    device: {
      kind: "cpu", units: 6, memory: { capacity: "32GiB", bandwidth: "119.5GB/s" },
      peak: { f64: "364.8GFLOP/s", f32: "729.6GFLOP/s", i8: "2918.4GOP/s" },
      power: { idle: "3W", busy: "28W" },
      sources: {
        units: "Intel ARK, Core Ultra 7 155H, 2023", memory: "Intel ARK, Core Ultra 7 155H, 2023: LPDDR5x-7467, 128 bits; capacity: a common configuration",
        peak: "6 cores × 3.8 GHz (all performance cores within the turbo power limit, conservative) × 32 f32 flop a cycle; Intel 248966: two 256-bit FMA pipes, AVX-VNNI 4 × that for i8",
        "power.busy": "Intel ARK, Core Ultra 7 155H, 2023: base power", "power.idle": "package power of an idle laptop, conservative",
      },
    },
  },
  {
    name: "raspberry-pi-5", summary: "single-board computer, 4 Cortex-A76 cores, LPDDR4X-4267",
    device: {
      kind: "cpu", units: 4, memory: { capacity: "8GiB", bandwidth: "17.1GB/s" },
      peak: { f64: "76.8GFLOP/s", f32: "153.6GFLOP/s", f16: "307.2GFLOP/s", i8: "614.4GOP/s" },
      power: { idle: "3W", busy: "8W" },
      sources: {
        units: "Raspberry Pi 5 product brief, 2023", memory: "Raspberry Pi 5 product brief, 2023: LPDDR4X-4267 SDRAM, 32 bits",
        peak: `4 cores × 2.4 GHz × flop a cycle, f16 twice and i8 dot products four times f32; ${a76}`,
        power: "Raspberry Pi documentation, power supply: 5 V, 0.6 A bare board idle to 1.6 A busy",
      },
    },
  },
  phone("google-tensor-g2-big", "phone CPU, the 2 Cortex-X1 cores of Tensor G2", 2, ["91.2GFLOP/s", "182.4GFLOP/s", "364.8GFLOP/s", "729.6GOP/s"], `2 cores × 2.85 GHz × flop a cycle; ${x1}`),
  phone("google-tensor-g2-medium", "phone CPU, the 2 Cortex-A78 cores of Tensor G2", 2, ["37.6GFLOP/s", "75.2GFLOP/s", "150.4GFLOP/s", "300.8GOP/s"], `2 cores × 2.35 GHz × flop a cycle; ${a78}`),
  phone("google-tensor-g2-little", "phone CPU, the 4 Cortex-A55 cores of Tensor G2", 4, ["28.8GFLOP/s", "57.6GFLOP/s", "115.2GFLOP/s", "230.4GOP/s"], `4 cores × 1.8 GHz × flop a cycle; ${a55}`),
];

/** One cluster of a phone's processor; the clusters of one chip share its memory. Vendors publish no power figures. */
function phone(name: string, summary: string, units: number, [f64, f32, f16, i8]: readonly [string, string, string, string], peak: string): LibraryDevice {
  return {
    name, summary,
    device: {
      kind: "cpu", units, memory: { capacity: "8GiB", bandwidth: "51.2GB/s" }, peak: { f64, f32, f16, i8 },
      sources: { units: gs201, "memory.capacity": gs201, "memory.bandwidth": pixelMemory, peak: `${peak}; f16 twice and i8 dot products four times f32` },
    },
  };
}
