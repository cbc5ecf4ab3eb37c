/**
 * Writes the parts of the documentation that the program itself knows: the command line's help, the tables of
 * schedulers, machines, devices, links and models, what the quickstart prints, and its timeline. Run after a build;
 * a test compares the result with what is in the repository.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);

/**
 * All generated files as they should be, by path from the root of the repository.
 * @param load imports a module of the program by its path without ending: "cli/main".
 */
export async function generateDocs(load) {
  const [{ commands, main }, { formatHelp }, heddle] = await Promise.all([load("cli/main"), load("cli/help"), load("index")]);
  const { machines, devices, links, models, schedulers, syncPolicies, threadPolicies, loopPolicies } = heddle;
  const { text, timeline } = await quickstart(main);
  const old = (path) => readFileSync(new URL(path, root), "utf8").replaceAll("\r\n", "\n");
  return {
    "README.md": filled(old("README.md"), "README.md", { output: fenced("text", text) }),
    "docs/timeline.svg": timeline,
    "docs/cli.md": filled(old("docs/cli.md"), "docs/cli.md", { commands: await commandPages(commands, formatHelp) }),
    "docs/schedulers.md": filled(old("docs/schedulers.md"), "docs/schedulers.md", { schedulers: policies(schedulers.all), sync: policies(syncPolicies.all) }),
    "docs/thread-policies.md": filled(old("docs/thread-policies.md"), "docs/thread-policies.md", { threads: policies(threadPolicies.all), loops: policies(loopPolicies.all) }),
    "docs/machines.md": filled(old("docs/machines.md"), "docs/machines.md", {
      machines: table(["machine", "what it is", "devices"], machines.all.map(({ name, summary, machine }) => [code(name), summary, deviceList(machine)])),
      defaults: kindTable((await load("machine/defaults")).kindDefaults),
      devices: devices.all.map(deviceEntry).join("\n\n"),
      links: table(["link", "what it is", "bandwidth", "latency", "reached", "source"], links.all.map(({ name, summary, link }) => [code(name), summary, link.bandwidth, link.latency, link.efficiency ?? "100%", link.source])),
    }),
    "docs/workloads.md": filled(old("docs/workloads.md"), "docs/workloads.md", { models: models.map(modelEntry).join("\n\n") }),
  };
}

/** What `npm start` prints, shortened, and the picture that it writes. */
async function quickstart(main) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-docs-"));
  try {
    let printed = "";
    const io = { out: (text) => (printed += text), err: (text) => (printed += text), interactive: false, colour: false };
    const exit = await main(["run", fileURLToPath(new URL("scenarios/quickstart.yaml", root)), "--out", folder], io);
    if (exit !== 0) throw new Error(`the quickstart ended with exit code ${exit}:\n${printed}`);
    const parts = printed.replaceAll(folder + sep, "").trim().split(/\n{2,}/);
    const [result, devices] = parts;
    const ranking = parts.findIndex((part) => part.startsWith("Schedulers on this scenario"));
    return { text: [result, devices, "…", ...parts.slice(ranking)].join("\n\n"), timeline: readFileSync(join(folder, "timeline.svg"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function commandPages(commands, formatHelp) {
  const pages = [];
  for (const entry of Object.values(commands)) {
    const command = await entry.load();
    const help = formatHelp({ ...command, examples: [] }).trim();
    const examples = command.examples.map(([line, what]) => `# ${what}\n${line}`).join("\n");
    pages.push(`## heddle ${command.name}\n\n${fenced("text", help)}${examples === "" ? "" : `\n\n${fenced("sh", examples)}`}`);
  }
  return pages.join("\n\n");
}

function policies(all) {
  return table(["name", "what it does", "options", "source"], all.map((policy) => [code(policy.name), policy.summary, optionsOf(policy.options), policy.source ?? ""]));
}

function modelEntry(model) {
  const rows = Object.entries(model.options.shape).map(([name, schema]) => [code(name), code(JSON.stringify(schema.def?.defaultValue)), schema.description ?? ""]);
  return `#### ${model.name}\n\n${sentence(model.summary)} Source: ${sentence(model.source)}\n\n${table(["option", "default", "meaning"], rows)}`;
}

/** Options of a zod schema as `name = default`. */
function optionsOf(schema) {
  if (schema?.shape === undefined) return "";
  return Object.entries(schema.shape).map(([name, field]) => {
    const preset = ["default", "prefault"].includes(field.def?.type) ? ` = ${code(JSON.stringify(field.def.defaultValue))}` : "";
    const values = field.def?.innerType?.options ?? field.options;
    return `${code(name)}${preset}${Array.isArray(values) && typeof values[0] === "string" ? ` (${values.map((value) => code(value)).join(", ")})` : ""}${preset === "" && field.def?.type !== "optional" ? " (needed)" : ""}`;
  }).join("; ");
}

function deviceList({ devices = {} }) {
  return Object.entries(devices).map(([name, device]) => `${name}: ${device.use ?? device.kind}${device.count === undefined ? "" : ` × ${device.count}`}`).join("; ");
}

/** Figures that no data sheet states, by kind of device, and where they come from. */
function kindTable(kinds) {
  const names = Object.keys(kinds);
  const figures = ["launch", "efficiency", "memoryEfficiency", "unitBandwidth", "fuses", "pipeline"];
  const rows = figures.map((figure) => [code(figure), ...names.map((kind) => shares(kinds[kind][figure]))]);
  const sources = names.map((kind) => `- **${kind}**: ${Object.entries(kinds[kind].sources).map(([figure, source]) => `${code(figure)}: ${source}`).join("; ")}`);
  return `${table(["figure", ...names], rows)}\n\nWhere they come from:\n\n${sources.join("\n")}`;
}

/** A figure, or several by name. */
function shares(value) {
  return typeof value === "object" ? Object.entries(value).map(([name, figure]) => `${name} ${figure}`).join(", ") : value;
}

function deviceEntry({ name, summary, device }) {
  const memory = typeof device.memory === "object" ? device.memory : {};
  const figures = [
    ["units", device.units], ["slots", device.slots], ["memory", memory.capacity], ["bandwidth", memory.bandwidth],
    ["peak", Object.entries(device.peak ?? {}).map(([dtype, value]) => `${dtype} ${value}`).join(", ")],
    ["efficiency", shares(device.efficiency)], ["of the bandwidth", device.memoryEfficiency], ["launch", device.launch],
    ["pipeline", device.pipeline && shares(device.pipeline)], ["power", device.power && [device.power.idle && `idle ${device.power.idle}`, device.power.busy && `busy ${device.power.busy}`].filter(Boolean).join(", ")],
    ["systolic", device.systolic && `${device.systolic.rows} × ${device.systolic.columns}`],
  ].filter(([, value]) => value !== undefined && value !== "");
  const sources = Object.entries(device.sources ?? {}).map(([figure, source]) => `${code(figure)}: ${source}`);
  return `#### ${name}\n\n${sentence(summary)} ${device.kind}; ${figures.map(([label, value]) => `${label} ${value}`).join("; ")}.\n\nSources: ${sources.join("; ")}.`;
}

function table(header, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell ?? "").replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole.endsWith(".") ? whole : `${whole}.`;
}

function code(text) {
  return `\`${text}\``;
}

function fenced(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Replaces what stands between `<!-- generated: NAME -->` and `<!-- end -->`. */
function filled(page, path, parts) {
  for (const [name, content] of Object.entries(parts)) {
    const open = `<!-- generated: ${name} -->`;
    const start = page.indexOf(open);
    const end = page.indexOf("<!-- end -->", start);
    if (start < 0 || end < 0) throw new Error(`${path} has no place for "${name}": ${open} … <!-- end -->`);
    page = `${page.slice(0, start + open.length)}\n${content}\n${page.slice(end)}`;
  }
  return page;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pages = await generateDocs((module) => import(`../dist/${module}.js`));
  for (const [path, text] of Object.entries(pages)) writeFileSync(new URL(path, root), text);
}
