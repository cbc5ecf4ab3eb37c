import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { join } from "node:path";
import { readScheduleLog, type LoggedSchedule } from "../../src/calibrate/schedule-log.ts";
import { sharedData } from "../shared-data.ts";

const root = "measured-schedules/better-together";
const device = "3A021JEHN02756";

/** Text of a table of stage times; undefined where the data are not present. */
export function stageTimesText(app: string, kind: "normal" | "fully"): string | undefined {
  const file = sharedData(`${root}/bm_logs/${device}/${app}/vk/${kind}.csv`);
  return file && readFileSync(file, "utf8");
}

/** The twenty schedules of an application, each with its three executions. */
export function phoneSchedules(app: string): LoggedSchedule[][] {
  const folder = sharedData(`${root}/exe_logs/${device}/${app}/vk`)!;
  const runs = [1, 2, 3].map((run) => {
    const file = join(folder, `schedule_run_${run}.log.gz`);
    return readScheduleLog(gunzipSync(readFileSync(file)).toString(), { file });
  });
  return runs[0]!.map(({ uid }) => runs.map((run) => run.find((schedule) => schedule.uid === uid)!));
}
