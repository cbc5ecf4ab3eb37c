import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { InputError } from "../base/errors.ts";
import type { RuntimeSetting } from "../predict/runtime-setting.ts";

/** What a session is opened with beside its setting. */
export interface OrtOpenOptions {
  readonly file: string;
  readonly setting: RuntimeSetting;
  /** Extents of symbolic dimensions. */
  readonly dims?: Readonly<Record<string, number>> | undefined;
  /** Where ONNX Runtime writes the graph that it will run; its weights go into a file beside it. */
  readonly optimizedTo?: string | undefined;
  /** Default "all". */
  readonly optimization?: "disabled" | "all" | undefined;
  /** Prefix of the file into which every operator's time is written; it slows the run a little. */
  readonly profileTo?: string | undefined;
}

/** An operator's run, or a whole one ("model_run"), as ONNX Runtime's profiler wrote it. */
export interface OrtEvent {
  readonly name: string;
  readonly beginUs: number;
  readonly us: number;
  readonly thread: number;
  /** Operator type; absent for a whole run. */
  readonly op?: string;
  readonly inputs?: readonly Readonly<Record<string, readonly number[]>>[];
  readonly outputs?: readonly Readonly<Record<string, readonly number[]>>[];
}

/** The process of a session died, hung, or ONNX Runtime refused; the message says which. */
export class OrtFailure extends Error {}

/** A session of ONNX Runtime in a process of its own, which may crash or hang without harm. */
export class OrtProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;
  #complaint = "";
  #ended: string | undefined;

  private constructor() {
    // Its telemetry would send events, leave files behind, and take time from what is measured.
    const env = { ...process.env, ORT_DISABLE_TELEMETRY: "1" };
    this.#child = fork(fileURLToPath(new URL("../../kernels/onnxruntime/session.mjs", import.meta.url)), [], { stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv: [], env });
    this.#child.stderr!.on("data", (text: Buffer) => (this.#complaint = (this.#complaint + text.toString()).slice(-2000)));
    this.#child.on("message", ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new OrtFailure(error));
    });
    this.#child.on("error", (error) => this.#end(`the process cannot start: ${error.message}`));
    this.#child.on("exit", (code, signal) => this.#end(`the process ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}${this.#complaint === "" ? "" : `: ${this.#complaint.trim().split("\n").at(-1)}`}`));
  }

  /**
   * Loads a model.
   * @param timeoutMs after which loading is given up
   * @throws {OrtFailure} when ONNX Runtime refuses the model, its process dies or hangs
   * @throws {InputError} when the package onnxruntime-node is not installed
   */
  static async open({ file, setting, dims, optimizedTo, optimization = "all", profileTo }: OrtOpenOptions, timeoutMs: number): Promise<OrtProcess> {
    const session = new OrtProcess();
    const options = {
      executionMode: setting.executor, intraOpNumThreads: setting.intraThreads, interOpNumThreads: setting.interThreads, graphOptimizationLevel: optimization,
      ...(optimizedTo !== undefined && { optimizedModelFilePath: optimizedTo, extra: { session: weightsBeside(optimizedTo) } }),
    };
    try {
      await session.#call("open", { file, options, dims, profileTo }, timeoutMs);
      return session;
    } catch (error) {
      session.close();
      if (/Cannot find (package|module) 'onnxruntime-node'/.test((error as Error).message)) throw notInstalled();
      throw error;
    }
  }

  /**
   * Runs the model for `forMs`, at least `least` and at most `most` times.
   * @returns the time of each run in ns, from the call to the results
   * @throws {OrtFailure}
   */
  async run(options: { readonly forMs: number; readonly least: number; readonly most: number }, timeoutMs: number): Promise<number[]> {
    return (await this.#call("run", options, timeoutMs)) as number[];
  }

  /** Processor time of the process so far, in ns. @throws {OrtFailure} */
  async cpuNs(timeoutMs: number): Promise<number> {
    return (await this.#call("cpu", {}, timeoutMs)) as number;
  }

  /** What the profiler saw since the session was opened with `profileTo`; the session takes no more calls. @throws {OrtFailure} */
  async profile(prefix: string, timeoutMs: number): Promise<OrtEvent[]> {
    return (await this.#call("profile", { prefix }, timeoutMs)) as OrtEvent[];
  }

  /** Ends the process. */
  close(): void {
    this.#end("the process was ended");
    this.#child.kill("SIGKILL");
  }

  #call(call: string, argument: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(new OrtFailure(this.#ended));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(`no answer within ${Math.round(timeoutMs / 1000)} s`);
        this.#child.kill("SIGKILL");
      }, timeoutMs);
      const settled = <T>(then: (value: T) => void) => (value: T): void => {
        clearTimeout(timer);
        then(value);
      };
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.#child.send({ id, call, argument }, (error) => {
        if (error) this.#waiting.get(id)?.reject(new OrtFailure(error.message));
      });
    });
  }

  #end(why: string): void {
    this.#ended ??= why;
    for (const { reject } of this.#waiting.values()) reject(new OrtFailure(this.#ended));
    this.#waiting.clear();
  }
}

/** Weights go into a file of their own, so that the graph alone is a small file. */
function weightsBeside(file: string): Record<string, string> {
  return { optimized_model_external_initializers_file_name: `${file.split(/[\\/]/).at(-1)!}.weights`, optimized_model_external_initializers_min_size_in_bytes: "1024" };
}

function notInstalled(): InputError {
  return new InputError({ code: "no-onnxruntime", message: "ONNX Runtime is not installed", hint: "npm install onnxruntime-node" });
}
