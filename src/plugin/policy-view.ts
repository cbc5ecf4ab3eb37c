/** Neighbours of op i are node[start[i] .. start[i + 1]), over edges edge[…]. */
export interface AdjacencyView {
  readonly start: Uint32Array;
  readonly node: Uint32Array;
  readonly edge: Uint32Array;
}

/**
 * The tensors of the graph, in columns by tensor id. A tensor takes its bytes in the memory of its producer from the
 * producer's start, and in every memory to which it is moved from the placing of the op that reads it there, until the
 * last of its uses ends. One that no op reads, and one that is kept, are results of the graph: they stay.
 */
export interface TensorsView {
  readonly bytes: Float64Array;
  /** Op that makes the tensor; -1 = it exists before the run. */
  readonly producer: Int32Array;
  /** Memory of a tensor without producer, where it lies from the first arrival of a job that reads it; -1 = resident: it takes its bytes in each memory from the first start of an op there that reads it, and stays. */
  readonly home: Int32Array;
  /** How often the tensor is used: once by each op that reads it, and once more, without end, where it is a result that is kept. */
  readonly uses: Uint32Array;
  /** Inputs of op i are item[start[i] .. start[i + 1]), each tensor once. */
  readonly inputs: { readonly start: Uint32Array; readonly item: Uint32Array };
}

/** The state of the simulation that a policy may know. Live and reused: read it during the call, do not keep copies of it. */
export interface PolicyView {
  readonly nowTicks: number;
  /** Nanoseconds of one tick. */
  readonly tickNs: number;
  readonly opCount: number;
  readonly deviceCount: number;
  readonly edgeCount: number;
  readonly succ: AdjacencyView;
  readonly pred: AdjacencyView;
  /** Ops in an order that respects every dependency; ties by id. */
  readonly topo: Uint32Array;
  /** How many operators each device holds at once. */
  readonly slots: Int32Array;
  /** True: an op's outputs can be read as soon as it has ended. False: a synchronization policy says when. */
  readonly isDataflow: boolean;
  /** Jobs: repeated instances of the workload. */
  readonly jobCount: number;
  /** The job that `op` belongs to, from 0. */
  jobOf(op: number): number;
  /** When the job arrives; Infinity = as soon as an earlier job has ended (back to back). */
  arrivalTicks(job: number): number;
  /**
   * When `op` should have ended: its own deadline or its job's, whichever is earlier; Infinity where there is none, and
   * before a job that runs back to back has arrived, since deadlines count from the arrival.
   */
  deadlineTicks(op: number): number;
  /** Bytes carried by an edge. */
  edgeBytes(edge: number): number;
  /** What ops read and make, for policies that account for memory. */
  readonly tensors: TensorsView;
  /** The memory of each device, from 0; devices may share one. */
  readonly deviceMemory: Uint32Array;
  /** Capacity of each memory; Infinity = unlimited. */
  readonly memoryBytes: Float64Array;
  /**
   * Expected time alone, without noise, waiting or setup; Infinity = cannot run there, or the device is not there now.
   * Of an op that no device can run which is there, the time on the one that joins first: placed there, it waits for that.
   * Nobody tells a scheduler that a device was slowed: it has to learn that from `completed`.
   */
  estimateTicks(op: number, device: number): number;
  /**
   * What {@link estimateTicks} gives, for policies that ask about every device: the expected times of an op on each
   * device stand side by side from {@link estimatesFrom} on. Not to be written to; entries change as devices come and go.
   */
  readonly estimates: Float64Array;
  estimatesFrom(op: number): number;
  /** False from when the device is lost until it joins. Then it has no slots that are free. */
  isPresent(device: number): boolean;
  /**
   * Expected ticks to load the configuration that `op` needs on `device` (an FPGA's design for its kind), if it were
   * placed there now; they come on top of `estimateTicks`. 0 where it needs none, or where its slot has it loaded: the
   * lowest free slot that no queued op will take; without one, the slot as the op placed there last leaves it, or any other.
   */
  setupTicks(op: number, device: number): number;
  /** Configuration that `op` needs on `device`; -1 = any. Ids are comparable on one device. For planners, which know what a slot will have loaded. */
  configuration(op: number, device: number): number;
  /** Ticks to load another configuration into a slot of `device`; 0 where that never has to be, and then setups need not be asked about. */
  reloadTicks(device: number): number;
  /** Time to move the edge's tensor over a quiet route; 0 where both devices use one memory; Infinity where there is no route. */
  transferTicks(edge: number, from: number, to: number): number;
  /** Expected time to bring the inputs of `op` that exist now (those of the model also before their job arrives) to `device`, one after the other, from the nearest replica of each over quiet routes. */
  dataTicks(op: number, device: number): number;
  /** Bytes of the inputs of `op` that exist now and are not yet in `device`'s memory. */
  dataBytes(op: number, device: number): number;
  /** Slots in which nothing runs. */
  freeSlots(device: number): number;
  /** Ops placed on the device and not started. */
  queued(device: number): number;
  /** Fills `out` with the devices that have room (free slots that no queued op will take), by id; returns how many they are. */
  devicesWithRoom(out: Uint32Array): number;
  /** Expected work on the device: what is left of running ops by their estimates, plus the estimates of all queued ones and the setups expected when they were placed. */
  backlogTicks(device: number): number;
  /** Expected time until the device can begin an op placed there now: 0 while it has room, else its backlog divided among its slots. */
  waitTicks(device: number): number;
  /** Fills `out` with the {@link waitTicks} of each device. */
  waitsInto(out: Float64Array): void;
  /** Capacity less live bytes in the device's memory; may be negative. */
  freeBytes(device: number): number;
  /** Ticks that the device's slots have spent running operators so far, summed. */
  busyTicks(device: number): number;
  /** The device where `op` is placed, runs or ran; -1 = not placed. */
  placement(op: number): number;
  /** NaN until it has started. */
  startTicks(op: number): number;
  /** NaN until it has ended: a running op's true end is not shown. */
  endTicks(op: number): number;
  /** Uniform in [0, 1) from this policy's own stream. */
  random(): number;
  opName(op: number): string;
  /** Operator kind: "matmul", "conv" … */
  opKind(op: number): string;
  deviceName(device: number): string;
}
