/**
 * The whole transformers of NeuSight's data set: the operators that reach the GPU, with how often they run, and the
 * measured time of a forward pass. The tables hold one layer; it is repeated.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { csvTable, readText } from "./common.mjs";

const folder = "kernels/neusight/label";

/** Element-wise functions by their kind in the operator catalogue. */
const elementwiseKinds = {
  add: "add", sub: "sub", mul: "mul", truediv: "div", div: "div", pow: "pow", tanh: "tanh", gelu: "gelu", relu: "relu", max: "max", where: "where",
  masked_fill: "where", masked_fill_: "where", activation_fn: "gelu", intermediate_act_fn: "gelu", act: "gelu", transform_act_fn: "gelu",
};

/**
 * All models with a table of operators; `untransposed` marks weights that are kept as they are multiplied (GPT-2's), for
 * which the library has the kernels of batches too: `{ device, name, layers, measuredMs, ops: [{ kernel, times, measuredMs }] }`.
 */
export function wholeModels(data) {
  return readdirSync(join(data, folder)).sort().flatMap((device) => readdirSync(join(data, folder, device)).filter((file) => file.endsWith(".csv.gz")).sort().map((file) => {
    const name = file.slice(0, -".csv.gz".length);
    const { num_layer: layers, fw_latency: measuredMs } = JSON.parse(readText(data, `${folder}/${device}/${name}.json`).text);
    const rows = csvTable(readText(data, `${folder}/${device}/${file}`).text);
    const ops = rows.flatMap((row) => {
      const kernel = kernelOf(row, name);
      return kernel === undefined ? [] : [{ kernel, times: inLayer(row) ? layers : 1, measuredMs: Number(row.fw_latency) }];
    });
    return { device, name, layers, measuredMs, ops };
  }));
}

/** True for an operator of the layer that repeats. */
function inLayer({ meta }) {
  return /\.(h|layer|layers|block)\.0['.]/.test(meta);
}

const shapesOf = (text) => JSON.parse(text.replaceAll("(", "[").replaceAll(")", "]").replaceAll(",]", "]") || "[]");
const count = (shape) => shape.reduce((product, extent) => product * extent, 1);

/** The kernel of a row; `undefined` for views and what only the host does. */
function kernelOf(row, name) {
  const inputs = shapesOf(row.input_shapes);
  const output = shapesOf(row.output_shape);
  const elements = count(output);
  const last = row.target.split(".").at(-1);
  const called = /^<(?:built-in )?(?:function|method) (\w+)/.exec(row.target)?.[1] ?? /^<built-in method (\w+)/.exec(row.target)?.[1] ?? last;
  const f32 = (kind, shape, variant) => ({ kind, dtype: "f32", shape, ...(variant && { variant }) });
  if (row.op === "placeholder" || row.op === "get_attr" || row.op === "output" || elements <= 1) return undefined;
  if (called === "addmm") return { ...f32("matmul", { batch: 1, m: inputs[1][0], k: inputs[1][1], n: inputs[2][1] }, "weight"), untransposed: true };
  if (called === "matmul" || called === "bmm") {
    const [left, right] = inputs;
    return f32("matmul", { batch: count(left.slice(0, -2)), m: left.at(-2), k: left.at(-1), n: right.at(-1) });
  }
  if (called === "softmax") return f32("softmax", { rows: elements / output.at(-1), columns: output.at(-1) });
  if (called === "contiguous" || called === "reshape" || called === "clone") return row.input_contiguous.startsWith("[False") ? f32("copy", { elements }) : undefined;
  if (row.op === "call_module") {
    if (/layer_?norm|ln_\d|ln_f/i.test(last)) return f32("layer-norm", { elements, parameters: 2 * output.at(-1) });
    if (/embed|wte|wpe/.test(last)) return f32("embedding", { rows: elements / output.at(-1), columns: output.at(-1) });
    if (/drop/.test(last)) return undefined;
    if (elementwiseKinds[last] === undefined) return f32("matmul", { batch: 1, m: elements / output.at(-1), k: inputs[0].at(-1), n: output.at(-1) }, "weight");
    return f32(/opt/.test(name) && last === "activation_fn" ? "relu" : elementwiseKinds[last], { elements, inputs: 1 });
  }
  if (called === "embedding") return f32("embedding", { rows: elements / output.at(-1), columns: output.at(-1) });
  const kind = elementwiseKinds[called];
  if (kind === undefined || row.dtype !== "torch.float32") return undefined;
  // The mask is small and the other branch a number.
  return f32(kind, { elements, inputs: kind === "where" ? 1 : inputs.filter((shape) => count(shape) === elements).length || 1 });
}
