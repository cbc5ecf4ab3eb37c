import { InputError } from "../base/errors.ts";
import { counted, parseQuantity } from "../base/units.ts";
import { interferenceScenario, type TableFile } from "../calibrate/interference-scenario.ts";
import { readOrdinaryFile } from "../scenario/read-file.ts";
import type { Io, Values } from "./command.ts";
import { checkWritable, writeWhole } from "./files.ts";

/**
 * `heddle calibrate --interference ALONE,LOADED`: the scenario goes to a file, or to the output, and what was found is told beside it.
 * @throws {InputError} for files that are not two tables which belong together.
 */
export async function fitInterferenceFiles(values: Values, io: Io): Promise<number> {
  const files = (values["interference"] as string).split(",").map((file) => file.trim());
  if (files.length !== 2 || files.includes("")) throw new InputError({ code: "bad-flag", message: "--interference takes two tables: times alone, and times with everything else busy", hint: "heddle calibrate --interference alone.csv,loaded.csv" });
  const bandwidth = parseQuantity((values["bandwidth"] as string | undefined) ?? "1GB/s", "bandwidth");
  if (!bandwidth.ok) throw new InputError({ code: "bad-flag", message: `--bandwidth: ${bandwidth.message}`, hint: bandwidth.hint });
  if (!(bandwidth.value > 0)) throw new InputError({ code: "bad-flag", message: "--bandwidth must be more than 0" });
  const target = values["scenario"] as string | undefined;
  if (target !== undefined) checkWritable(target);
  const [alone, loaded] = await Promise.all(files.map(async (file): Promise<TableFile> => ({ file, text: new TextDecoder().decode(await readOrdinaryFile(file)) })));
  const { stages, yaml, summary } = interferenceScenario(alone!, loaded!, { bytesPerNs: bandwidth.value });
  if (target !== undefined) await writeWhole(target, [yaml]);
  if (values["format"] === "json") io.out(`${JSON.stringify({ schemaVersion: 1, ...(target !== undefined && { scenario: target }), stages }, null, 2)}\n`);
  else if (target !== undefined) io.out(`${summary}\n${target}: a pipeline of ${counted(stages.length, "stage")}\n`);
  else {
    io.out(yaml);
    io.err(summary);
  }
  return 0;
}
