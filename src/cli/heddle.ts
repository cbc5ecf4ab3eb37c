import { reportInternalError } from "./internal-error.ts";
import { main } from "./main.ts";

// A closed pipe (`heddle run … | head`) ends quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`error[cannot-write]: cannot write the output: ${error.code === "ENOSPC" ? "the disk is full" : error.message}\n`);
  process.exit(1);
});
process.stderr.on("error", () => undefined);

const args = process.argv.slice(2);
const io = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  interactive: process.stderr.isTTY === true,
  colour: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
};
process.on("uncaughtException", (error) => process.exit(reportInternalError(error, args, io)));
main(args, io).then(
  (code) => (process.exitCode = code),
  (error: unknown) => (process.exitCode = reportInternalError(error, args, io)),
);
