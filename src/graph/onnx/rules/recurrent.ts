import { gru, lstm, rnn, type RecurrentSize } from "../../catalogue.ts";
import type { OpInit } from "../../builder.ts";
import type { Rule, Rules } from "../node-view.ts";
import { formatDims, ShapeProblem } from "../value.ts";

/** X [seq, batch, input] (or batch first), W [directions, gates·hidden, input], R [directions, gates·hidden, hidden], optional B. */
function recurrent(gates: number, cost: (size: RecurrentSize) => OpInit): Rule {
  return (node) => {
    const x = node.input(0);
    const w = node.input(1);
    const r = node.input(2);
    if (x.dims.length !== 3 || w.dims.length !== 3 || r.dims.length !== 3) throw new ShapeProblem(`a recurrent layer of ${formatDims(x.dims)} with weights of ${formatDims(w.dims)} and ${formatDims(r.dims)}`);
    const batchFirst = node.int("layout", 0) === 1;
    const [seq, batch, input] = (batchFirst ? [x.dims[1], x.dims[0], x.dims[2]] : x.dims) as [number, number, number];
    // Some runtimes store the weights transposed, so the hidden size comes from the attribute first.
    const hidden = node.int("hidden_size", w.dims[1]! / gates);
    const directions = w.dims[0]!;
    if (!(hidden >= 1)) throw new ShapeProblem(`a hidden size of ${hidden}`);
    const all = batchFirst ? [batch, seq, directions, hidden] : [seq, directions, batch, hidden];
    const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
    return { outputs: [{ dims: all }, { dims: last }, { dims: last }], op: cost({ seq, batch, input, hidden, directions, bias: node.has(3) }), reads: node.inputs };
  };
}

/** Recurrent layers over a whole sequence. */
export const recurrentRules: Rules = {
  LSTM: recurrent(4, lstm), DynamicQuantizeLSTM: recurrent(4, lstm), GRU: recurrent(3, gru), RNN: recurrent(1, rnn),
};
