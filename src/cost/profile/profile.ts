import { z } from "zod";
import { dtypeNames } from "../../machine/schema.ts";

/** Name and version of the form that profiles are written in. */
export const profileFormat = "heddle-profile/1";

const positive = z.number().positive();
const atLeast0 = z.number().min(0);
const count = z.number().int().min(0);

/** Mean, median and ninth decile of |predicted − measured| / measured. */
const errors = z.strictObject({ mean: atLeast0, median: atLeast0, p90: atLeast0 });

/** Figures of the device that features and formulas may use; those that the source does not give are left out. */
const figures = z.strictObject({
  peakFlopsPerNs: z.partialRecord(z.enum(dtypeNames), positive).optional(),
  memoryBytesPerNs: positive.optional(),
  memoryBytes: positive.optional(),
  /** Multiprocessors, cores, matrix units. */
  units: positive.optional(),
  clockGHz: positive.optional(),
  /** Of the last level. */
  cacheBytes: positive.optional(),
  /** Of the level nearest to a unit that programs tile for: L2 of a core, shared memory of a multiprocessor. */
  unitCacheBytes: positive.optional(),
  /** Of a board: the most that it draws. */
  watts: positive.optional(),
  /** CUDA compute capability, such as 7.5: which generation of kernels a GPU runs. */
  capability: positive.optional(),
  /** What one unit works on at a time: rows and columns of a result, and steps of the sum; extents are padded to it. */
  tile: z.strictObject({ m: positive, n: positive, k: positive }).optional(),
});

/** A formula and its coefficients, in the order that the formula names them. */
const base = z.strictObject({ formula: z.string(), parameters: z.record(z.string(), z.number()) });

/** Measured points: the logarithm of measured ÷ base at each, in between by distance in log extents. */
const tableResidual = z.strictObject({
  type: z.literal("table"),
  extents: z.array(z.string()).min(1),
  points: z.array(z.array(z.number())).min(1),
});

/** A weighted sum of Gaussian bumps around centres in feature space. */
const kernelResidual = z.strictObject({
  type: z.literal("kernel"),
  features: z.string(),
  inputs: z.array(z.string()).min(1),
  /** By input: subtracted, and then divided by. */
  centre: z.array(z.number()),
  scale: z.array(positive),
  offset: z.number(),
  centres: z.array(z.array(z.number())),
  weights: z.array(z.number()),
});

/** A sum of regression trees on features; see `trees.ts` for how they are packed. */
const treesResidual = z.strictObject({
  type: z.literal("trees"),
  features: z.string(),
  inputs: z.array(z.string()).min(1),
  /** By input, ascending: the values that the trees split at. */
  edges: z.array(z.array(z.number())),
  offset: z.number(),
  /** A leaf's value is its integer times this. */
  step: positive,
  trees: z.string(),
});

const residual = z.discriminatedUnion("type", [tableResidual, kernelResidual, treesResidual]);

/** Time = base × exp(mean of the residuals); without residuals the base alone. */
const model = z.strictObject({ base, residuals: z.array(residual).optional() });

const entry = z.strictObject({
  kind: z.string(),
  dtype: z.enum(dtypeNames),
  /** As the samples name it: the kernel ("nchwc"), and what was merged into the operator ("relu"), joined by "+". Absent = the plain operator. */
  variant: z.string().optional(),
  /** Thread counts that were measured; absent where the device has no such choice. */
  threads: z.array(positive).optional(),
  model,
  /** Names of the rungs that were tried, with the mean error of cross-validation; the first is the chosen one. */
  ladder: z.array(z.strictObject({ model: z.string(), mean: atLeast0 })).optional(),
  /** Relative standard deviation of the prediction's error, from points that the fit had not seen; outliers trimmed. */
  sigma: atLeast0,
  /** Relative standard deviation of repeated runs; absent = not known. */
  noise: atLeast0.optional(),
  /** Smallest and largest fitted value of every extent, and of flops and bytes. */
  range: z.strictObject({
    extents: z.record(z.string(), z.tuple([z.number(), z.number()])),
    flops: z.tuple([atLeast0, atLeast0]),
    bytes: z.tuple([atLeast0, atLeast0]),
  }),
  /** Points that were fitted on. */
  points: count,
  /** Points beside these and the held-out ones that were left out, since no fit of the others explains them; absent = none. */
  leftOut: count.optional(),
  /** What each kernel that was measured before added to a time, ns. Predictions are without it; errors are of predictions with it, as it was measured. */
  drift: positive.optional(),
  /** On held-out points: how many, the model's error, and that of two plain models fitted on the same points. */
  error: z.strictObject({
    heldOut: count, ...errors.shape,
    baselines: z.strictObject({ roofline: errors.optional(), trees: errors.optional() }).optional(),
  }).optional(),
  /** Error of fits on fewer points, ascending; mean relative error. */
  learning: z.array(z.strictObject({ points: count, mean: atLeast0 })).optional(),
});

/** A cost profile: what was fitted to the measured times of one device. JSON; numbers have 6 significant digits. */
export const profileSchema = z.strictObject({
  format: z.literal(profileFormat),
  device: z.strictObject({
    name: z.string(),
    kind: z.enum(["cpu", "gpu", "tpu", "fpga", "npu"]),
    /** Models of the device library that this profile speaks for. */
    models: z.array(z.string()).optional(),
    /** One fit for several devices: figures are those of the device that is asked about, not those below. */
    across: z.literal(true).optional(),
    figures,
  }),
  provenance: z.strictObject({
    /** When it was measured: ISO 8601, as the samples or the caller say. */
    date: z.string(),
    source: z.string(),
    /** What ran the kernels: "ort", "pytorch 2.1.0 …". */
    backend: z.string().optional(),
    versions: z.record(z.string(), z.string()).optional(),
    samples: z.array(z.strictObject({ file: z.string(), sha256: z.string(), rows: count })),
    note: z.string().optional(),
    /** Median share of all cores' time that other programs had while the samples were measured; absent = not known. */
    load: z.number().min(0).max(1).optional(),
  }),
  entries: z.array(entry),
});

/** What a profile file holds, read and checked; see {@link profileSchema}. */
export type Profile = z.output<typeof profileSchema>;
/** What was fitted for one operator kind, element type and variant. */
export type ProfileEntry = Profile["entries"][number];
export type ProfileModel = ProfileEntry["model"];
export type ProfileBase = ProfileModel["base"];
export type ProfileResidual = NonNullable<ProfileModel["residuals"]>[number];
export type TableResidual = z.output<typeof tableResidual>;
export type KernelResidual = z.output<typeof kernelResidual>;
export type TreesResidual = z.output<typeof treesResidual>;
export type DeviceFigures = Profile["device"]["figures"];
export type ErrorFigures = z.output<typeof errors>;
