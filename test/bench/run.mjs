/** `npm run bench [name…]`: every benchmark, or those named. Each asserts the work done before it reports a time. */
import { eventQueue } from "./event-queue.mjs";
import { loop } from "./loop.mjs";
import { scale } from "./scale.mjs";
import { startUp } from "./start-up.mjs";
import { tasksFile } from "./tasks-file.mjs";

const benchmarks = { "event-queue": eventQueue, loop, "start-up": startUp, scale, "tasks-file": tasksFile };
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(benchmarks)) {
  if (!(name in benchmarks)) {
    console.error(`there is no benchmark "${name}"; one of: ${Object.keys(benchmarks).join(", ")}`);
    process.exit(2);
  }
  await benchmarks[name]();
}
