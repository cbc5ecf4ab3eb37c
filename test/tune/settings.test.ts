import { describe, expect, it } from "vitest";
import { settingLines, whatIfKnobs } from "../../src/tune/settings.ts";
import { chain, cores, resolved } from "../runtimes/run-runtime.ts";

const settingOf = async (runtime: object) => (await resolved({ workload: chain("1ms", 1), machine: cores(4), runtime })).threads!.runtime!;

describe("settingLines", () => {
  it.each([
    [{ schedule: "dynamic", chunk: 4 }, 'export OMP_SCHEDULE="dynamic,4"'],
    [{ schedule: "static" }, 'export OMP_SCHEDULE="static"'],
    [{ schedule: "static", chunk: 16 }, 'export OMP_SCHEDULE="static,16"'],
  ])("OpenMP: %j", async (knobs, line) => {
    const setting = await settingOf({ use: "openmp", ...knobs });
    // Schedule and chunk are one variable.
    for (const only of [["schedule"], ["chunk"], ["schedule", "chunk"]]) expect(settingLines(setting, only)).toEqual([line]);
  });

  it("values of a variable that is not there, and lines for some values alone", async () => {
    const setting = await settingOf({ use: "openmp", OMP_NUM_THREADS: 3, OMP_PROC_BIND: "spread" });
    expect(settingLines(setting, ["OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OMP_PROC_BIND"])).toEqual(["export OMP_NUM_THREADS=3", "export OMP_PROC_BIND=spread"]);
    const onnx = await settingOf({ use: "onnxruntime-sequential", intra_op_num_threads: 3, intra_op_thread_affinities: true });
    expect(settingLines(onnx, ["intra_op_num_threads", "intra_op_thread_affinities"])).toEqual([
      "options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL", "options.intra_op_num_threads = 3", 'options.add_session_config_entry("session.intra_op_thread_affinities", "1;2")',
    ]);
  });
});

describe("whatIfKnobs", () => {
  it("are those that a real runtime has no words for", async () => {
    expect(whatIfKnobs(await settingOf({ use: "tensorflow" }), ["intra_op_parallelism_threads", "pinned", "queue_lock"])).toEqual(["pinned", "queue_lock"]);
    expect(whatIfKnobs(await settingOf({ use: "hybrid-pool" }), ["core_threads", "queue_lock"])).toEqual([]);
  });
});
