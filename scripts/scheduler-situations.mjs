/**
 * The situations that docs/choosing-a-scheduler.md speaks of: scenarios of one kind, in groups. A case of several seeds
 * is run with each, and the seed draws graphs, noise and arrivals.
 */

/** @typedef {{name: string, scenario: object, seeds?: number}} Case */
/** @typedef {{title: string, cases: Case[]}} Group */
/**
 * @typedef {object} Situation
 * @property {string} key name of its table on the page
 * @property {string} title
 * @property {"makespan" | "p99"} measure what is compared: makespan, or the 99th percentile of the latency
 * @property {Group[]} groups columns of its table
 * @property {string[]} [also] schedulers beside all that need no options
 * @property {string[]} [known] schedulers that are told more than a real one could know: shown, but never the measure of others
 * @property {string} [measuredBy] the scheduler that is 1, where that is not the best one
 * @property {string[]} [only] these alone: where others would take too long
 * @property {boolean} [fits] a run that passes the capacity of a memory counts as failed
 * @property {string[]} [show] rows of the table beside the best ones
 */

const makespan = "makespan";
const group = (title, cases) => ({ title, cases });
const model = (name, machine, workload = {}, rest = {}) => ({ name: `${name} ${JSON.stringify(workload)}`, scenario: { workload: { model: name, ...workload }, machine, ...rest } });
const serving = (workload, machine, rate) => ({ name: `${workload.model} at ${rate}`, seeds: 2, scenario: { workload: { ...workload, instances: 100, arrivals: { rate } }, machine } });
const inFlight = (workload, machine) => ({ name: workload.model, scenario: { workload: { ...workload, instances: 48, inFlight: 16 }, machine } });

/** Schedulers that decide while work arrives, and so can serve requests that nobody announced. */
const online = [
  "dmda", "dmdas", "dmdar", "dm", "mct", "min-min", "max-min", "sufferage", "duplex", "feedback", "bandit", "memory-aware", "met", "olb", "balance", "stream-order", "edf", "sjf", "b-level", "t-level", "critical-path-on-fastest",
  "heteroprio", "fifo", "prio", "work-stealing", "ws", "lws", "dask", "ort-sequential", "ort-parallel", "tf-inter-op", "round-robin", "random",
];

/** A convolutional network with branches, as GoogLeNet's: nine modules of four branches; operators and bytes of 28 × 28, 14 × 14 and 7 × 7 maps. */
function inception(batch) {
  const ops = { stem: conv(1.2e8 * batch, 602e3 * batch) };
  const edges = [];
  let last = "stem";
  for (const [stage, { modules, pixels, channels }] of [{ modules: 2, pixels: 784, channels: 256 }, { modules: 5, pixels: 196, channels: 512 }, { modules: 2, pixels: 49, channels: 832 }].entries()) {
    for (let m = 0; m < modules; m++) {
      const id = `m${stage}.${m}`;
      const make = (name, inputs, outputs, kernel) => (ops[`${id}.${name}`] = conv(batch * pixels * inputs * outputs * kernel * kernel, 4 * batch * pixels * outputs));
      const quarter = channels / 4;
      make("one", channels, quarter, 1);
      make("reduce3", channels, quarter, 1);
      make("three", quarter, 2 * quarter, 3);
      make("reduce5", channels, quarter / 4, 1);
      make("five", quarter / 4, quarter / 2, 5);
      ops[`${id}.pool`] = { kind: "maxpool", flops: 9 * batch * pixels * channels, output: bytes(4 * batch * pixels * channels) };
      make("project", channels, quarter / 2, 1);
      ops[`${id}.concat`] = { kind: "concat", flops: 0, output: bytes(4 * batch * pixels * channels) };
      edges.push(`${last} -> ${id}.one -> ${id}.concat`, `${last} -> ${id}.reduce3 -> ${id}.three -> ${id}.concat`, `${last} -> ${id}.reduce5 -> ${id}.five -> ${id}.concat`, `${last} -> ${id}.pool -> ${id}.project -> ${id}.concat`);
      last = `${id}.concat`;
    }
  }
  return { graph: { ops, edges } };
}

const bytes = (count) => `${Math.round(count)}B`;
const conv = (macs, output) => ({ kind: "conv", macs: Math.round(macs), output: bytes(output) });

const networks = (machine) => [
  model("resnet50", machine, { batch: 1 }), model("resnet50", machine, { batch: 16 }), model("vit-b16", machine, { batch: 8 }), model("bert-base", machine, { batch: 8 }),
  model("gpt2", machine, { batch: 4 }), model("mobilenet-v2", machine, { batch: 8 }), model("lstm", machine), { name: "inception 4", scenario: { workload: inception(4), machine } },
  model("bert-base", machine, { batch: 2, instances: 8, inFlight: 8 }), model("resnet50", machine, { batch: 4, instances: 8, inFlight: 8 }),
];

const shapes = [
  { family: "layered", ops: 150 }, { family: "series-parallel", ops: 150 }, { family: "gaussian-elimination", size: 16 },
  { family: "fft", points: 32 }, { family: "cholesky", tiles: 8 }, { family: "montage", images: 25 },
];
const drawn = (options, processors = 8, seeds = 3, rest = {}) => shapes.map((shape) => ({ name: shape.family, seeds, scenario: { workload: { generate: { ...shape, ...options } }, machine: { processors }, ...rest } }));

/** A host with accelerators on links of their own; `fpga` reloads a design for each kind of operator. */
const boards = (accelerators, link = "pcie3-x16") => ({
  devices: { cpu0: { use: "amd-epyc-7763" }, ...accelerators },
  links: Object.keys(accelerators).map((name) => ({ between: ["cpu0", name], use: link })),
});
const fpga = boards({ fpga0: { use: "xilinx-alveo-u250" } });
const fpgaAndGpu = boards({ gpu0: { use: "nvidia-t4" }, fpga0: { use: "xilinx-alveo-u250" } });
const onFpga = (machine) => [
  model("resnet50", machine, { dtype: "i8", batch: 8 }), model("resnet50", machine, { dtype: "i8", batch: 512 }), model("mobilenet-v2", machine, { dtype: "i8", batch: 32 }),
  model("bert-base", machine, { dtype: "i8", batch: 512 }), model("resnet50", machine, { dtype: "i8", batch: 64, instances: 8 }), model("resnet50", machine, { dtype: "i8", batch: 8, instances: 32, inFlight: 8 }), model("vgg19", machine, { dtype: "i8", batch: 4 }),
];

/** Four cards behind one link to the host: what each moves is at the cost of the others. */
const behindOneLink = (bandwidth) => ({
  switches: ["switch"],
  devices: { cpu0: { use: "amd-epyc-7763" }, gpu: { use: "nvidia-t4", count: 4 } },
  links: [{ between: ["gpu", "switch"], use: "pcie3-x16" }, { name: "uplink", between: ["switch", "cpu0"], latency: "10us", bandwidth }],
});
const sharing = (machine) => [
  ...["cholesky", "lu", "qr"].map((family) => ({ name: family, scenario: { workload: { generate: { family, tiles: 8, tile: 960 } }, machine } })),
  model("resnet50", machine, { batch: 8, instances: 8, inFlight: 8 }), model("bert-base", machine, { batch: 4, instances: 8, inFlight: 8, weights: "host" }), { name: "inception 16", scenario: { workload: inception(16), machine } },
];

const noisy = (noise) => [
  ...drawn({ ccr: 0.5 }, 8, 3, { noise }),
  ...[model("inception", "mixed"), model("bert-base", "mixed", { batch: 2, instances: 8, inFlight: 8 })].map(({ name, scenario }) => ({ name, seeds: 3, scenario: { ...scenario, ...(name.startsWith("inception") && { workload: inception(8) }), noise } })),
];

/** What schedulers are told is wrong; `information` gets a device that matters. */
const believing = (information) => [
  ...drawn({ ccr: 0.5 }, 8, 2).map(({ scenario, ...rest }) => ({ ...rest, scenario: { ...scenario, information: information("P1") } })),
  ...["mixed", "laptop"].flatMap((machine) => [
    { name: "inception 8", scenario: { workload: inception(8), machine, information: information("gpu0") } },
    model("bert-base", machine, { batch: 2, instances: 8, inFlight: 8 }, { information: information("gpu0") }),
  ]),
];

const tight = (workload, use, device, capacity) => ({ name: `${workload.model ?? workload.generate.family} in ${capacity}`, scenario: { workload, machine: { use, devices: { [device]: { memory: { capacity } } } } } });

const huge = (ops) => [
  { name: "layered", scenario: { workload: { generate: { family: "layered", ops, ccr: 0.5 } }, machine: { processors: 16 } } },
  { name: "erdos-renyi", scenario: { workload: { generate: { family: "erdos-renyi", ops, ccr: 0.5 } }, machine: { processors: 16 } } },
];

/** @type {Situation[]} */
export const situations = [
  { key: "networks", title: "One network", measure: makespan, groups: ["mixed", "workstation", "laptop", "dgx-a100"].map((machine) => group(machine, networks(machine))) },
  { key: "jobs", title: "Many jobs in flight", measure: makespan, groups: [group("workstation, laptop", [inFlight({ model: "resnet50" }, "workstation"), inFlight({ model: "mobilenet-v2" }, "laptop")]), group("mixed, dgx-1", [inFlight({ model: "bert-base" }, "mixed"), inFlight({ model: "vit-b16", batch: 4 }, "dgx-1")])] },
  {
    key: "requests", title: "Requests at a rate", measure: "p99", known: ["heft", "peft", "lookahead"], only: online, groups: [
      group("half load", [serving({ model: "resnet50" }, "workstation", "680/s"), serving({ model: "mobilenet-v2" }, "laptop", "650/s"), serving({ model: "bert-base" }, "mixed", "550/s"), serving({ model: "vit-b16", batch: 4 }, "dgx-1", "250/s")]),
      group("85 % load", [serving({ model: "resnet50" }, "workstation", "1150/s"), serving({ model: "mobilenet-v2" }, "laptop", "1100/s"), serving({ model: "bert-base" }, "mixed", "950/s"), serving({ model: "vit-b16", batch: 4 }, "dgx-1", "420/s")]),
    ],
  },
  { key: "communication", title: "Communication", measure: makespan, groups: [0.1, 1, 5, 10].map((ccr) => group(`CCR ${ccr}`, drawn({ ccr }))) },
  {
    key: "heterogeneity", title: "Unequal processors", measure: makespan, groups: [
      group("β 0.2", drawn({ ccr: 0.5, heterogeneity: 0.2 })), group("β 1", drawn({ ccr: 0.5 })), group("β 1.8", drawn({ ccr: 0.5, heterogeneity: 1.8 })), group("β 1.8, one speed each", drawn({ ccr: 0.5, heterogeneity: 1.8, consistent: true })),
    ],
  },
  { key: "fpga", title: "FPGA that reloads", measure: makespan, groups: [group("CPU + U250", onFpga(fpga)), group("CPU + T4 + U250", onFpga(fpgaAndGpu))] },
  { key: "shared", title: "Shared links", measure: makespan, groups: [["uplink 16 GB/s", "16GB/s"], ["uplink 4 GB/s", "4GB/s"]].map(([title, bandwidth]) => group(title, sharing(behindOneLink(bandwidth)))) },
  { key: "noise", title: "Noise", measure: makespan, groups: [0, 0.1, 0.2, 0.4].map((noise) => group(`${noise * 100} %`, noisy(`${noise * 100}%`))) },
  {
    key: "estimates", title: "Wrong estimates", measure: makespan, groups: [
      group("30 % off", believing(() => ({ mode: "noisy", spread: "30%" }))), group("one device ×½", believing((device) => ({ factor: { [device]: 0.5 } }))),
      group("average by kind", believing(() => ({ mode: "type-average" }))), group("none", believing(() => ({ mode: "none" }))),
    ],
  },
  {
    key: "memory", title: "Small memories", measure: makespan, fits: true, groups: [
      group("one memory", [
        tight({ model: "mobilenet-v2", batch: 16, instances: 4, inFlight: 4 }, "laptop", "cpu0", "140MiB"), tight({ model: "mobilenet-v2", batch: 16, instances: 4, inFlight: 4 }, "laptop", "cpu0", "200MiB"),
        tight({ model: "mobilenet-v2", batch: 32, instances: 8, inFlight: 8 }, "phone", "big", "500MiB"), tight({ model: "mobilenet-v2", batch: 32, instances: 8, inFlight: 8 }, "phone", "big", "700MiB"),
        tight({ model: "resnet50", batch: 8, instances: 4, inFlight: 4 }, "laptop", "cpu0", "165MiB"),
      ]),
      group("on the GPU", [
        tight({ generate: { family: "lu", tiles: 8, tile: 960 } }, "workstation", "gpu0", "180MiB"), tight({ generate: { family: "lu", tiles: 8, tile: 960 } }, "workstation", "gpu0", "250MiB"),
        tight({ model: "resnet50", batch: 32, instances: 6, inFlight: 6 }, "workstation", "gpu0", "250MiB"), tight({ model: "resnet50", batch: 32, instances: 6, inFlight: 6 }, "workstation", "gpu0", "500MiB"),
        tight({ model: "bert-base", batch: 8, instances: 6, inFlight: 6 }, "workstation", "gpu0", "300MiB"),
      ]),
    ],
  },
  { key: "small", title: "Small graphs", measure: makespan, also: ["exact"], measuredBy: "exact", groups: [0.1, 1, 5].map((ccr) => group(`CCR ${ccr}`, [
    { family: "layered", ops: 12 }, { family: "series-parallel", ops: 12 }, { family: "gaussian-elimination", size: 5 }, { family: "fft", points: 4 }, { family: "cholesky", tiles: 3 }, { family: "fork-join", stages: 2, branches: 5 },
  ].map((shape) => ({ name: shape.family, seeds: 3, scenario: { workload: { generate: { ...shape, ccr } }, machine: { processors: 3 } } })))) },
  {
    key: "huge", title: "Huge graphs", measure: makespan, groups: [group("20,000 operators", huge(20_000))],
    only: ["heft", "cpop", "peft", "lookahead", "hcpt", "mcp", "mh", "hlfet", "dls", "etf", "dsc", "b-level", "t-level", "fifo", "prio", "work-stealing", "ws", "lws", "dmda", "dmdas", "mct", "met", "min-min", "max-min", "sufferage", "hybrid", "feedback", "annealing"],
  },
];
