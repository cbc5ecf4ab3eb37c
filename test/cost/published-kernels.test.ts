import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { conv, elementwise, matmul, normalization, softmax, windowOutput } from "../../src/graph/catalogue.ts";
import { sharedData } from "../shared-data.ts";
import { csv, fields, judge, libraryDevice, type Sample } from "./measured.ts";
import { device } from "./make.ts";

/** The figures of data sheets, with the defaults of each kind, beside kernels that others measured and published. */
const neusight = sharedData("kernels/neusight");
const deepbench = sharedData("kernels/deepbench");
const tpu = sharedData("kernels/tpu_v4");
const fpga = sharedData("kernels/fpga_cnn_accel");

describe.skipIf(!neusight)("NeuSight: f32 operators of 0.2 ms and more in PyTorch (skipped without the data)", () => {
  const large = (samples: Sample[]) => samples.filter(({ ns }) => ns > 2e5);
  const linear = (file: string) => large(csv(join(neusight!, "collect_train", `linear_${file}.csv.gz`), 4).map((row) => ({
    ns: Number(row["Latency"]) * 1e6, op: matmul({ m: Number(row["B"]) * Number(row["M"]), n: Number(row["N"]), k: Number(row["K"]), weight: true, bias: true }),
  })));

  test.each([
    ["NVIDIA_A100-PCIE-40GB", "nvidia-a100-pcie-40gb"], ["Tesla_V100-PCIE-32GB", "nvidia-v100-pcie-32gb"],
    ["Tesla_T4", "nvidia-t4"], ["Tesla_P100-PCIE-16GB", "nvidia-p100-pcie"],
  ])("linear layers on %s: median error below 30 %", (file, name) => {
    const { count, medianRatio, medianError } = judge(linear(file), libraryDevice(name));
    expect(count).toBeGreaterThan(1000);
    expect(medianError).toBeLessThan(0.3);
    expect(medianRatio).toBeGreaterThan(0.7);
    expect(medianRatio).toBeLessThan(1.3);
  });

  const elementwiseRows = neusight ? csv(join(neusight, "elementwise.csv.gz")) : [];
  test.each([["NVIDIA A100-PCIE-40GB", "nvidia-a100-pcie-40gb"], ["Tesla V100-PCIE-32GB", "nvidia-v100-pcie-32gb"], ["Tesla T4", "nvidia-t4"], ["Tesla P100-PCIE-16GB", "nvidia-p100-pcie"]])("additions on %s: median error below 5 %%", (gpu, name) => {
    const rows = elementwiseRows.filter((row) => row["OPName"] === "add" && row["Device"] === gpu);
    const samples = large(rows.map((row) => ({ ns: Number(row["Latency"]) * 1e6, op: elementwise("add", { elements: Number(row["B"]) * Number(row["H"]), inputs: 2 }) })));
    const { count, medianError } = judge(samples, libraryDevice(name));
    expect(count).toBeGreaterThan(30);
    expect(medianError).toBeLessThan(0.05);
  });
});

describe.skipIf(!neusight)("NeuSight: operators that read their input twice", () => {
  test.each(["NVIDIA_A100-PCIE-40GB/nvidia-a100-pcie-40gb", "Tesla_V100-PCIE-32GB/nvidia-v100-pcie-32gb"])("softmax and layer norm on %s: median error below 15 %%", (pair) => {
    const [file, name] = pair.split("/") as [string, string];
    const rows = (kind: string) => csv(join(neusight!, "collect_train", `${kind}_${file}.csv.gz`)).map((row) => ({ ns: Number(row["Latency"]) * 1e6, rows: Number(row["B"]), columns: Number(row["H"]) })).filter(({ ns }) => ns > 2e5);
    expect(judge(rows("softmax").map(({ ns, ...size }) => ({ ns, op: softmax(size) })), libraryDevice(name)).medianError).toBeLessThan(0.15);
    expect(judge(rows("ln").map(({ ns, rows: count, columns }) => ({ ns, op: normalization("layer-norm", { elements: count * columns, parameters: 2 * columns }) })), libraryDevice(name)).medianError).toBeLessThan(0.15);
  });
});

describe.skipIf(!deepbench)("DeepBench (skipped without the data)", () => {
  const gemms = (file: string, dtype: "f16" | "f32"): Sample[] => {
    const rows = readFileSync(join(deepbench!, file), "utf8").split(/\r?\n/).map(fields);
    const start = rows.findIndex(([title]) => title?.startsWith("Dense Matrix"));
    const end = rows.findIndex(([title], i) => i > start && !!title);
    return rows.slice(start + 1, end).filter((row) => Number(row[8]) > 0).map((row) => ({ ns: Number(row[8]) * 1e6, op: matmul({ m: Number(row[2]), n: Number(row[3]), k: Number(row[4]), weight: true, dtype }) }));
  };

  test.each([
    ["f16 on the matrix units of V100", "train__DeepBench_NV_V100__Results_FP16_ip_Mixed_math.csv", "nvidia-v100-pcie-32gb", "f16"],
    ["f32 on V100", "train__DeepBench_NV_V100__Results_FP32.csv", "nvidia-v100-pcie-32gb", "f32"],
    ["f32 on T4", "train__DeepBench_NV_T4__Results_FP32.csv", "nvidia-t4", "f32"],
    ["f32 on P100", "train__DeepBench_NV_P100__Results_FP32.csv", "nvidia-p100-pcie", "f32"],
  ] as const)("matrix products in %s: median error below 20 %", (_, file, name, dtype) => {
    const { count, medianError } = judge(gemms(file, dtype), libraryDevice(name));
    expect(count).toBeGreaterThan(100);
    expect(medianError).toBeLessThan(0.2);
  });
});

describe.skipIf(!tpu)("TPU v4 kernels, one core with its half of the memory, which is a TPU v4i (skipped without the data)", () => {
  test.each(["matmul_1024.csv", "matmul_128.csv"])("%s: median error below 20 %%, launch included", (file) => {
    const samples = csv(join(tpu!, file)).map((row) => ({ ns: Number(row["fusion_avg"]) * 1e3, op: matmul({ m: Number(row["dim_m"]), n: Number(row["dim_n"]), k: Number(row["dim_k"]), weight: true }) }));
    const { count, medianError } = judge(samples, libraryDevice("google-tpu-v4i"));
    expect(count).toBeGreaterThan(300);
    expect(medianError).toBeLessThan(0.2);
  });
});

describe.skipIf(!fpga)("convolutions of twelve networks on an FPGA accelerator (skipped without the data)", () => {
  test.each([["m32p32", 32 * 32], ["m32p64", 32 * 64], ["m64p64", 64 * 64]])("%s: %i multipliers at 400 MHz, one group a cycle", (build, multipliers) => {
    const samples: Sample[] = [];
    for (const network of readdirSync(fpga!)) {
      const times = new Map(csv(join(fpga!, network, `layer_latency_${build}.csv`)).map((row) => [row["layer_name"], Number(row["latency_ns"])]));
      for (const row of csv(join(fpga!, network, "layer_info.csv"))) {
        const at = (name: string) => Number(row[name]);
        const ns = times.get(row["layer_name"]);
        const [h, w] = [at("INH_"), at("INW_")];
        const hOut = windowOutput(h, at("KH"), { stride: at("strideH"), padding: at("padU") + at("padD") });
        const wOut = windowOutput(w, at("KW"), { stride: at("strideW"), padding: at("padL") + at("padR") });
        // Few channels or small images leave lanes idle, which the pipeline model does not see.
        if (row["layer_type"] !== "Conv" || ns === undefined || at("INC") <= 16 || wOut < 28) continue;
        samples.push({ ns, op: conv({ n: 1, cIn: at("INC"), cOut: at("OC"), h, w, hOut, wOut, kh: at("KH"), kw: at("KW"), dtype: "i8" }) });
      }
    }
    const { memoryBytesPerNs: _, ...it } = device({ kind: "fpga", units: 1, width: 1, peakFlopsPerNs: { i8: 2 * multipliers * 0.4 }, pipeline: { clockGHz: 0.4, initiationInterval: 1, depthCycles: 0, reconfigureNs: 0 } });
    const { count, medianRatio } = judge(samples, it);
    expect(count).toBeGreaterThan(100);
    expect(medianRatio).toBeGreaterThan(0.9);
    expect(medianRatio).toBeLessThan(1);
  });
});
