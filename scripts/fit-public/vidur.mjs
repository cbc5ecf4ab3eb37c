/**
 * Fits calibration/profiles/vidur-*.json to the measurements behind Vidur: operators of language models on A100 and A40
 * by tokens and tensor-parallel degree (f16), all-reduce and messages by bytes and workers.
 *
 * node scripts/fit-public/vidur.mjs [--data ../shared/data] [--dist dist] [--out calibration/profiles] [--only a40]
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { csvTable, fileList, fitWhenStarted, positive, readText } from "./common.mjs";

const folder = "kernels/vidur";
const boards = {
  a100: { name: "nvidia-a100-sxm4-80gb", models: ["nvidia-a100-sxm4-80gb"], figures: { peakFlopsPerNs: { f16: 312_000, f32: 19_500 }, memoryBytesPerNs: 2039, units: 108, cacheBytes: 40 * 2 ** 20 } },
  a40: { name: "nvidia-a40", models: ["nvidia-a40"], figures: { peakFlopsPerNs: { f16: 149_700, f32: 37_400 }, memoryBytesPerNs: 696, units: 84, cacheBytes: 6 * 2 ** 20 } },
};
const networks = { "a100_dgx": "a100-dgx", "a100_pairwise_nvlink": "a100-pairwise-nvlink", "a40_pairwise_nvlink": "a40-pairwise-nvlink" };
const provenance = { date: "2024", source: "microsoft/vidur: profiling data" };

/** What is fitted, by profile; see common.mjs. */
export function load(data) {
  const operators = Object.entries(boards).map(([board, { name, models, figures }]) => {
    const read = filesOf(data, "compute", (file) => file.startsWith(`${board}__`));
    return {
      file: `vidur-${board}.json`, device: { name, kind: "gpu", models, figures },
      provenance: { ...provenance, backend: "PyTorch, vLLM kernels", samples: fileList(read, ({ text }) => csvTable(text).length) },
      kernels: read.flatMap(({ text }) => csvTable(text).flatMap(operatorsOf)),
      // Numbers of tokens were measured in steps of eight; steps of 32 keep the profile small and say as much.
      fitted: ({ kind, shape }) => kind !== "matmul" || shape.m <= 128 || shape.m % 32 === 0,
    };
  });
  const links = Object.entries(networks).map(([prefix, name]) => {
    const read = filesOf(data, "network", (file) => file.startsWith(prefix));
    return {
      file: `vidur-${name}.json`, device: { name: `${name} network`, kind: "gpu", models: [`${name}-network`], figures: {} },
      provenance: { ...provenance, backend: "NCCL", samples: fileList(read, ({ text }) => csvTable(text).length) },
      kernels: read.flatMap(({ text }) => csvTable(text).flatMap(messageOf)),
      entry: () => ({ formulas: ["ring"] }),
    };
  });
  return [...operators, ...links];
}

function filesOf(data, part, wanted) {
  return readdirSync(join(data, folder, part)).sort().filter(wanted).map((file) => readText(data, `${folder}/${part}/${file}`));
}

/** A row holds all operators of a layer, for so many tokens and so many devices that share the layer. */
function operatorsOf(row) {
  const [tokens, workers, heads, kvHeads, width, inner] = ["num_tokens", "num_tensor_parallel_workers", "n_head", "n_kv_head", "n_embd", "n_expanded_embd"].map((name) => Number(row[name]));
  const gated = /^true$/i.test(row.use_gated_mlp);
  const head = width / heads;
  const norm = gated ? "rms-norm" : "layer-norm";
  const normShape = { elements: tokens * width, parameters: (gated ? 1 : 2) * width };
  const linear = (n, k) => ({ batch: 1, m: tokens, n, k });
  const timed = (column, kind, shape) => {
    // The mean: times are written in whole µs, and the median of one that takes 2 µs would be off by a quarter.
    const ms = positive(row[`time_stats.${column}.mean`]);
    return ms && Object.values(shape).every((extent) => extent > 0) ? [{ kind, dtype: "f16", shape, ns: [1e6 * ms] }] : [];
  };
  return [
    ...timed("emb", "embedding", { rows: tokens, columns: width }),
    ...timed("input_layernorm", norm, normShape),
    ...timed("attn_pre_proj", "matmul", linear(((heads + 2 * kvHeads) * head) / workers, width)),
    ...timed("attn_rope", "rotary-embedding", { elements: (tokens * (heads + kvHeads) * head) / workers }),
    ...timed("attn_post_proj", "matmul", linear(width, width / workers)),
    ...timed("post_attention_layernorm", norm, normShape),
    ...timed("mlp_up_proj", "matmul", linear(((gated ? 2 : 1) * inner) / workers, width)),
    ...timed("mlp_act", gated ? "swiglu" : "gelu", { elements: (tokens * inner) / workers }),
    ...timed("mlp_down_proj", "matmul", linear(width, inner / workers)),
    // Where attention and the inner layers stand side by side, their two results are added at once.
    ...timed("add", "add", { elements: tokens * width, inputs: gated ? 2 : 3 }),
  ];
}

function messageOf(row) {
  const kind = row.collective === "all_reduce" ? "all-reduce" : "send";
  const ms = positive(row[`time_stats.${row.collective}.mean`]);
  const [bytes, workers, inNode] = [positive(row.size), positive(row.num_workers), positive(row.devices_per_node)];
  return ms && bytes && workers && inNode ? [{ kind, dtype: "f16", shape: { bytes, workers, nodes: Math.ceil(workers / inNode) }, ns: [1e6 * ms] }] : [];
}

await fitWhenStarted(import.meta.url, load);
