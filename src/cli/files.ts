import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync, type Stats } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../base/errors.ts";

/**
 * Writes a file whole or not at all: under a temporary name beside it, then renamed. Chunks are written as they come,
 * so a large result never stands in memory twice. What is no ordinary file (/dev/null, a pipe) is written directly, and
 * a link is followed: a rename would replace them. A signal that ends the process takes the temporary file with it.
 * @throws {InputError} when the place cannot be written.
 */
export async function writeWhole(file: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  try {
    const there = statOf(file);
    // What /dev/stdout leads to has no name where it is a pipe.
    if (there?.isFile() === false) return await writeChunks(file, chunks);
    const target = there === undefined ? resolve(file) : realpathSync(file);
    makeFolder(dirname(target));
    await writeAndRename(target, chunks);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * Finds out before a long run whether {@link writeWhole} will be able to write a file; changes nothing. A lone "-", which
 * elsewhere means standard output, is not meant as a name.
 * @throws {InputError} when it will not.
 */
export function checkWritable(file: string): void {
  if (file === "-") throw new InputError({ code: "cannot-write", message: "this is not written to standard output", hint: "name a file; ./- is one called so" });
  try {
    if (statOf(file)?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    let folder = dirname(resolve(file));
    while (statOf(folder) === undefined && dirname(folder) !== folder) folder = dirname(folder);
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * {@link checkWritable} for a picture, which is an SVG whatever its name says.
 * @throws {InputError} for the ending of another format too: no program would open the file.
 */
export function checkPicture(file: string): void {
  const other = /\.(png|jpe?g|gif|webp|bmp|tiff?|pdf|eps)$/i.exec(file)?.[0];
  if (other !== undefined) throw new InputError({ code: "bad-picture", message: `pictures are written as SVG, and ${file} ends in ${other}`, hint: `name it ${file.slice(0, -other.length)}.svg; browsers and rsvg-convert turn it into other formats` });
  checkWritable(file);
}

/** With those above it. Node's own recursive way never ends where nothing can be made, as in /proc. */
function makeFolder(folder: string): void {
  if (statOf(folder) !== undefined) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function writeAndRename(target: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const temporary = join(dirname(target), `.heddle-tmp-${process.pid}-${basename(target)}`);
  const ignoreAgain = (): void => signals.forEach((signal) => process.off(signal, end));
  const end = (signal: NodeJS.Signals): void => {
    rmSync(temporary, { force: true });
    ignoreAgain();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, end);
  try {
    await writeChunks(temporary, chunks);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    await signalsSeen();
    ignoreAgain();
  }
}

/** Bytes that are written before the next look at signals. */
const patience = 1 << 22;

/** Signals that have come are handled. */
function signalsSeen(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

async function writeChunks(file: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const descriptor = openSync(file, "w");
  let unseen = 0;
  try {
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
      if ((unseen += bytes.length) < patience) continue;
      unseen = 0;
      await signalsSeen();
    }
    sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Pipes and devices cannot be synchronized, and need not. */
function sync(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder cannot be made", EACCES: "no permission", EPERM: "no permission", EROFS: "a read-only file system", EISDIR: "it is a folder", ENOTDIR: "a part of the path is not a folder", EEXIST: "a part of the path is not a folder",
  ENOSPC: "the disk is full", ENAMETOOLONG: "the name is too long", EPIPE: "nobody reads it any more",
};

function cannotWrite(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error;
  return new InputError({ code: "cannot-write", message: `cannot write ${file}: ${reasons[code] ?? code}`, hint: "choose another place" });
}
