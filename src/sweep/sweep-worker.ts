import { parentPort, workerData } from "node:worker_threads";
import { CellRunner } from "./cell-runner.ts";
import { runTask, type SweepTask } from "./task.ts";
import type { WorkerData } from "./worker-pool.ts";
import { openSetting } from "./worker-setting.ts";

const { setting, progress } = workerData as WorkerData;
const port = parentPort!;
const runner = new CellRunner(await openSetting(setting, progress));
port.on("message", (task: SweepTask) => {
  const result = runTask(runner, task, (seed) => Atomics.store(progress, 2, seed));
  port.postMessage(result);
});
port.postMessage("ready");
