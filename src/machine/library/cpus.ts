import { coreDesigns, cpuOf } from "./cpu-families.ts";
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

const coreToCore = "Viennot, core-to-core-latency, results of 2020 to 2022";
const memoryChecker = "Intel Memory Latency Checker 3.10, output in G. J. Bex, Code-optimization (info/icelake_mlc.txt), 2023";
const rome = cpuOf(coreDesigns.zen2, {
  clock: 2.25, l3: { capacity: "16MiB", cores: 4, ways: 16, latency: "15.1ns", bytes: 32, transfer: "24ns", victim: true, source: `AMD 56305, 2020: 16 MiB for four cores, 16 ways, filled by victims; 34 cycles: AnandTech, AMD Rome Second Generation EPYC Review, 2019; 32 bytes a cycle; transfer, of the same cores: ${coreToCore}` },
  latency: "102ns", latencySource: "122 ns at random with misses of the TLB: AnandTech, AMD Rome Second Generation EPYC Review, 2019; less 20 ns for these: conservative",
  remote: [19, "as of the EPYC 7003 series, an assumption"],
});
const milan = cpuOf(coreDesigns.zen3, {
  clock: 2.45, l3: { capacity: "32MiB", cores: 8, ways: 16, latency: "18.8ns", bytes: 32, transfer: "23ns", victim: true, source: `AMD 56665, 2020: 32 MiB for eight cores, 16 ways, filled by victims, 46 cycles, 32 bytes a cycle; transfer, of EPYC 7R13: ${coreToCore}` },
  latency: "102ns", latencySource: "as of the series before, on the same memory: conservative",
  remote: [19, `a line from the other socket takes 197 ns on EPYC 7R13: ${coreToCore}; beside 102 ns here`],
});
const genoa = cpuOf(coreDesigns.zen4, {
  clock: 2.4, l3: { capacity: "32MiB", cores: 8, ways: 16, latency: "20.8ns", bytes: 32, transfer: "26ns", victim: true, source: "AMD 57647, 2023: 32 MiB for eight cores, 16 ways, filled by victims, 50 cycles, 32 bytes a cycle; transfer: latency of the third and the second cache" },
  latency: "112ns", latencySource: "more than the series before, and near that of Sapphire Rapids: Chips and Cheese, Genoa-X, 2023; the figure is an assumption",
  remote: [19, "as of the EPYC 7003 series, an assumption"],
});
const raphael = cpuOf(coreDesigns.zen4, {
  clock: 4.5, l3: { capacity: "32MiB", cores: 8, ways: 16, latency: "11.1ns", bytes: 32, transfer: "17ns", victim: true, source: `AMD 57647, 2023: 32 MiB for eight cores, 16 ways, filled by victims, 50 cycles, 32 bytes a cycle; transfer, of Ryzen 9 5950X: ${coreToCore}` },
  latency: "80ns", latencySource: "a desktop with DDR5-5200, an assumption; a line between its two dies takes 85 ns on the CPU before",
});
const broadwellServer = cpuOf(coreDesigns.broadwell, {
  clock: 2.2, l3: { capacity: "50MiB", cores: 20, ways: 20, latency: "18ns", bytes: 16, transfer: "44ns", source: `Intel ARK, Xeon E5-2698 v4, 2016: 50 MB, inclusive; 20 ways; latency and half of 32 bytes a cycle sustained: assumptions; transfer, of E5-2695 v4: ${coreToCore}` },
  latency: "75ns", latencySource: "256 MiB at random on E5-2690 v4: Eshelman, HPC-oriented latency numbers",
  remote: [16, "120 beside 75 ns on E5-2690 v4: Eshelman, HPC-oriented latency numbers"],
});
const iceLakeServer = cpuOf(coreDesigns.sunnyCove, {
  clock: 2.3, l3: { capacity: "60MiB", cores: 40, ways: 12, latency: "22ns", bytes: 10, transfer: "51ns", victim: true, source: `Intel ARK, Xeon Platinum 8380, 2021: 60 MB; 12 ways, not inclusive: Intel 248966; latency and 10 bytes a cycle sustained, as of the server core before: Intel 248966, Skylake server; transfer, of 8375C: ${coreToCore}` },
  latency: "89ns", latencySource: `89.0 ns on a two-socket Ice Lake server: ${memoryChecker}`,
  remote: [16, `142.7 beside 89.0 ns on a two-socket Ice Lake server: ${memoryChecker}`],
});
const sapphireRapids = cpuOf(coreDesigns.goldenCove, {
  clock: 2.0, l3: { capacity: "105MiB", cores: 56, ways: 15, latency: "33ns", bytes: 10, transfer: "59ns", victim: true, source: "Intel ARK, Xeon Platinum 8480+, 2023: 105 MB; 15 ways, not inclusive: Intel 248966; latency: slower than Ice Lake's, Chips and Cheese, A Peek at Sapphire Rapids, 2023; figures and transfer are assumptions" },
  latency: "112ns", latencySource: "near that of EPYC 9004: Chips and Cheese, Genoa-X, 2023; the figure is an assumption",
  remote: [16, "as of the Xeon before, an assumption"],
});
const meteorLake = cpuOf(coreDesigns.redwoodCove, {
  clock: 3.8, l3: { capacity: "24MiB", cores: 6, ways: 12, latency: "18.7ns", bytes: 16, transfer: "35ns", source: `Intel ARK, Core Ultra 7 155H, 2023: 24 MB; 71 cycles: Chips and Cheese, Previewing Meteor Lake at CES, 2024; the efficient cores, which share it, are not counted; ways and 16 bytes a cycle are assumptions; transfer, of Core i9-12900K: ${coreToCore}` },
  latency: "130ns", latencySource: "LPDDR5x behind another tile takes longer than the 90 ns of desktops: an assumption",
});
const pi5 = cpuOf(coreDesigns.a76, {
  clock: 2.4, l3: { capacity: "2MiB", cores: 4, ways: 16, latency: "13ns", bytes: 16, source: "Raspberry Pi 5 product brief, 2023: 2 MB shared by four cores; 31 cycles, ways and 16 bytes a cycle: assumptions" },
  latency: "120ns", latencySource: "LPDDR4X of a single-board computer, an assumption",
});

export const cpus: readonly LibraryDevice[] = [
  {
    name: "amd-epyc-7742", summary: "server CPU, 64 Zen 2 cores, 8 channels of DDR4-3200; hosts of DGX A100",
    device: {
      kind: "cpu", units: 64, memory: { capacity: "512GiB", bandwidth: "204.8GB/s", latency: rome.latency },
      peak: { f64: "2304GFLOP/s", f32: "4608GFLOP/s" },
      ...rome.parts,
      power: { idle: "75W", busy: "225W" },
      sources: {
        ...rome.sources,
        units: "AMD EPYC 7742 product page, 2019", memory: "AMD EPYC 7742 product page, 2019: 204.8 GB/s a socket; capacity: eight modules of 64 GiB",
        peak: "64 cores × 2.25 GHz × flop a cycle; AMD, Software Optimization Guide for Family 17h Models 30h+ (56305), 2020: two 256-bit FMA pipes, 32 f32 flop a cycle and core",
        "power.busy": "AMD EPYC 7742 product page, 2019: default TDP", "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "amd-epyc-7763", summary: "server CPU, 64 Zen 3 cores, 8 channels of DDR4-3200",
    device: {
      kind: "cpu", units: 64, memory: { capacity: "512GiB", bandwidth: "204.8GB/s", latency: milan.latency },
      peak: { f64: "2508.8GFLOP/s", f32: "5017.6GFLOP/s" },
      ...milan.parts,
      power: { idle: "90W", busy: "280W" },
      sources: {
        ...milan.sources,
        units: "AMD EPYC 7763 product page, 2021", memory: "AMD EPYC 7763 product page, 2021: 204.8 GB/s a socket; capacity: eight modules of 64 GiB",
        peak: `64 cores × 2.45 GHz × flop a cycle; ${zen3}`, "power.busy": "AMD EPYC 7763 product page, 2021: default TDP",
        "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this CPU",
      },
    },
  },
  {
    name: "amd-epyc-9654", summary: "server CPU, 96 Zen 4 cores, 12 channels of DDR5-4800",
    device: {
      kind: "cpu", units: 96, memory: { capacity: "768GiB", bandwidth: "460.8GB/s", latency: genoa.latency },
      peak: { f64: "3686.4GFLOP/s", f32: "7372.8GFLOP/s", bf16: "14745.6GFLOP/s", i8: "29491.2GOP/s" },
      ...genoa.parts,
      power: { idle: "120W", busy: "360W" },
      sources: {
        ...genoa.sources,
        units: "AMD EPYC 9654 product page, 2022", memory: "AMD EPYC 9654 product page, 2022: 460.8 GB/s a socket; capacity: twelve modules of 64 GiB",
        peak: `96 cores × 2.4 GHz × flop a cycle; ${zen4}`, "power.busy": "AMD EPYC 9654 product page, 2022: default TDP",
        "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "intel-xeon-8380", summary: "server CPU, 40 Ice Lake cores with AVX-512, 8 channels of DDR4-3200",
    device: {
      kind: "cpu", units: 40, memory: { capacity: "512GiB", bandwidth: "204.8GB/s", latency: iceLakeServer.latency },
      peak: { f64: "2944GFLOP/s", f32: "5888GFLOP/s", i8: "23552GOP/s" },
      ...iceLakeServer.parts,
      power: { idle: "90W", busy: "270W" },
      sources: {
        ...iceLakeServer.sources,
        units: "Intel ARK, Xeon Platinum 8380, 2021", memory: "Intel ARK, Xeon Platinum 8380, 2021: 8 channels × 25.6 GB/s; capacity: eight modules of 64 GiB",
        peak: `40 cores × 2.3 GHz × flop a cycle; ${iceLake}`, "power.busy": "Intel ARK, Xeon Platinum 8380, 2021: TDP",
        "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this CPU",
      },
    },
  },
  {
    name: "intel-xeon-e5-2698-v4", summary: "server CPU, 20 Broadwell cores, 4 channels of DDR4-2400; hosts of DGX-1",
    device: {
      kind: "cpu", units: 20, memory: { capacity: "256GiB", bandwidth: "76.8GB/s", latency: broadwellServer.latency },
      peak: { f64: "704GFLOP/s", f32: "1408GFLOP/s" },
      ...broadwellServer.parts,
      power: { idle: "45W", busy: "135W" },
      sources: {
        ...broadwellServer.sources,
        units: "Intel ARK, Xeon E5-2698 v4, 2016", memory: "Intel ARK, Xeon E5-2698 v4, 2016: 76.8 GB/s; capacity: half of DGX-1's 512 GB",
        peak: "20 cores × 2.2 GHz × flop a cycle; Intel 248966: two 256-bit FMA pipes, 32 f32 flop a cycle and core",
        "power.busy": "Intel ARK, Xeon E5-2698 v4, 2016: TDP", "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "intel-xeon-8480", summary: "server CPU, 56 Sapphire Rapids cores with matrix tiles, 8 channels of DDR5-4800; hosts of DGX H100",
    device: {
      kind: "cpu", units: 56, memory: { capacity: "1TiB", bandwidth: "307.2GB/s", latency: sapphireRapids.latency },
      peak: { f64: "3584GFLOP/s", f32: "7168GFLOP/s", bf16: "114.688TFLOP/s", i8: "229.376TOP/s" },
      ...sapphireRapids.parts,
      power: { idle: "115W", busy: "350W" },
      sources: {
        ...sapphireRapids.sources,
        units: "Intel ARK, Xeon Platinum 8480+, 2023", memory: "Intel ARK, Xeon Platinum 8480+, 2023: 8 channels × 38.4 GB/s; capacity: half of DGX H100's 2 TB",
        peak: "56 cores × 2.0 GHz × flop a cycle; Intel 248966: two 512-bit FMA pipes, 64 f32 flop a cycle and core; AMX 1024 bf16 or 2048 i8 operations a cycle and core",
        "power.busy": "Intel ARK, Xeon Platinum 8480+, 2023: TDP", "power.idle": "about a third of TDP, the idle share of SPECpower_ssj2008 results for this family",
      },
    },
  },
  {
    name: "amd-ryzen-9-7950x", summary: "desktop CPU, 16 Zen 4 cores, 2 channels of DDR5-5200",
    device: {
      kind: "cpu", units: 16, memory: { capacity: "64GiB", bandwidth: "83.2GB/s", latency: raphael.latency },
      peak: { f64: "1152GFLOP/s", f32: "2304GFLOP/s", bf16: "4608GFLOP/s", i8: "9216GOP/s" },
      unitBandwidth: "40GB/s",
      ...raphael.parts,
      power: { idle: "30W", busy: "170W" },
      sources: {
        ...raphael.sources,
        units: "AMD Ryzen 9 7950X product page, 2022", memory: "AMD Ryzen 9 7950X product page, 2022: DDR5-5200, two channels × 41.6 GB/s; capacity: two modules of 32 GiB",
        peak: `16 cores × 4.5 GHz × flop a cycle; ${zen4}`, unitBandwidth: "chip die reads 32 B a cycle of the 2 GHz fabric, 64 GB/s for eight cores: AMD 57647; one core: conservative",
        "power.busy": "AMD Ryzen 9 7950X product page, 2022: default TDP", "power.idle": "package power of an idle desktop system, conservative",
      },
    },
  },
  {
    name: "intel-core-ultra-7-155h", summary: "laptop CPU, the 6 performance cores of Meteor Lake, LPDDR5x-7467",
    device: {
      kind: "cpu", units: 6, memory: { capacity: "32GiB", bandwidth: "119.5GB/s", latency: meteorLake.latency },
      peak: { f64: "364.8GFLOP/s", f32: "729.6GFLOP/s", i8: "2918.4GOP/s" },
      ...meteorLake.parts,
      power: { idle: "3W", busy: "28W" },
      sources: {
        ...meteorLake.sources,
        units: "Intel ARK, Core Ultra 7 155H, 2023", memory: "Intel ARK, Core Ultra 7 155H, 2023: LPDDR5x-7467, 128 bits; capacity: a common configuration",
        peak: "6 cores × 3.8 GHz (all performance cores within the turbo power limit, conservative) × 32 f32 flop a cycle; Intel 248966: two 256-bit FMA pipes, AVX-VNNI 4 × that for i8",
        "power.busy": "Intel ARK, Core Ultra 7 155H, 2023: base power", "power.idle": "package power of an idle laptop, conservative",
      },
    },
  },
  {
    name: "raspberry-pi-5", summary: "single-board computer, 4 Cortex-A76 cores, LPDDR4X-4267",
    device: {
      kind: "cpu", units: 4, memory: { capacity: "8GiB", bandwidth: "17.1GB/s", latency: pi5.latency },
      peak: { f64: "76.8GFLOP/s", f32: "153.6GFLOP/s", f16: "307.2GFLOP/s", i8: "614.4GOP/s" },
      ...pi5.parts,
      power: { idle: "3W", busy: "8W" },
      sources: {
        ...pi5.sources,
        units: "Raspberry Pi 5 product brief, 2023", memory: "Raspberry Pi 5 product brief, 2023: LPDDR4X-4267 SDRAM, 32 bits",
        peak: `4 cores × 2.4 GHz × flop a cycle, f16 twice and i8 dot products four times f32; ${a76}`,
        power: "the typical 0.8 A at 5 V of an active bare board (Raspberry Pi documentation, power supply) lies between; the ends are assumptions",
      },
    },
  },
  phone("google-tensor-g2-big", "phone CPU, the 2 Cortex-X1 cores of Tensor G2", 2, 2.85, coreDesigns.x1, ["91.2GFLOP/s", "182.4GFLOP/s", "364.8GFLOP/s", "729.6GOP/s"], `2 cores × 2.85 GHz × flop a cycle; ${x1}`),
  phone("google-tensor-g2-medium", "phone CPU, the 2 Cortex-A78 cores of Tensor G2", 2, 2.35, coreDesigns.a78, ["37.6GFLOP/s", "75.2GFLOP/s", "150.4GFLOP/s", "300.8GOP/s"], `2 cores × 2.35 GHz × flop a cycle; ${a78}`),
  phone("google-tensor-g2-little", "phone CPU, the 4 Cortex-A55 cores of Tensor G2", 4, 1.8, coreDesigns.a55, ["28.8GFLOP/s", "57.6GFLOP/s", "115.2GFLOP/s", "230.4GOP/s"], `4 cores × 1.8 GHz × flop a cycle; ${a55}`),
];

/** One cluster of a phone's processor; the clusters of one chip share its memory. Vendors publish no power figures. */
function phone(name: string, summary: string, units: number, clock: number, design: Parameters<typeof cpuOf>[0], [f64, f32, f16, i8]: readonly [string, string, string, string], peak: string): LibraryDevice {
  const chip = cpuOf(design, {
    clock, l3: { capacity: "4MiB", cores: units, ways: 16, latency: "18ns", bytes: 16, source: "4 MB for all clusters of the first Tensor (Notebookcheck, 2021), counted whole for each cluster; the rest are assumptions" },
    latency: "150ns", latencySource: "longer than on other phones: AnandTech, Google's Tensor inside of Pixel 6, 2021; the figure is an assumption",
  });
  return {
    name, summary,
    device: {
      kind: "cpu", units, memory: { capacity: "8GiB", bandwidth: "51.2GB/s", latency: chip.latency }, peak: { f64, f32, f16, i8 },
      ...chip.parts,
      sources: {
        ...chip.sources, units: gs201, "memory.capacity": gs201, "memory.bandwidth": pixelMemory, peak: `${peak}; f16 twice and i8 dot products four times f32` },
    },
  };
}
