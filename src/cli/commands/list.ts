import { z } from "zod";
import { InputError } from "../../base/errors.ts";
import { suggestion, type Named } from "../../base/registry.ts";
import type { Profile } from "../../cost/profile/profile.ts";
import type { DeviceSpec } from "../../machine/schema.ts";
import type { Knobs } from "../../scenario/runtime-knobs.ts";
import type { Command } from "../command.ts";

/** A kind of thing that can be listed. */
export interface Topic {
  readonly title: string;
  all(): Promise<readonly Named[]>;
  /** More about one of them, as text. */
  detail(item: Named): Promise<string>;
  /** True where the detail is YAML; what stands above it is then a comment, so that the whole can be saved as a file. */
  readonly yaml?: boolean;
}

/** By the word that follows `list`; one of them may be asked for by the plural or the singular. */
export const topics: Readonly<Record<string, Topic>> = {
  schedulers: { title: "Schedulers", all: async () => (await import("../../schedulers/index.ts")).schedulers.all, detail: policyDetail },
  sync: { title: "Graph synchronization policies", all: async () => (await import("../../sync/index.ts")).syncPolicies.all, detail: policyDetail },
  threads: { title: "Thread policies", all: async () => (await import("../../threads/index.ts")).threadPolicies.all, detail: policyDetail },
  loops: { title: "Loop policies", all: async () => (await import("../../loops/index.ts")).loopPolicies.all, detail: policyDetail },
  runtimes: { title: "Runtimes", all: async () => (await import("../../scenario/runtime-list.ts")).runtimeList(), detail: (item) => runtimeDetail(item) },
  allocators: { title: "Allocators", all: async () => (await import("../../memory/allocators/index.ts")).allocators.all, detail: policyDetail },
  machines: { title: "Machines", all: async () => (await import("../../machine/library/machines.ts")).machines.all, detail: (item) => yamlDetail({ machine: (item as Named & { machine: unknown }).machine }), yaml: true },
  devices: { title: "Devices", all: async () => (await import("../../machine/library/devices.ts")).devices.all, detail: (item) => deviceDetail((item as Named & { device: DeviceSpec }).device), yaml: true },
  links: { title: "Links", all: async () => (await import("../../machine/library/links.ts")).links.all, detail: (item) => yamlDetail({ link: (item as Named & { link: unknown }).link }), yaml: true },
  profiles: { title: "Cost profiles", all: async () => (await import("../../scenario/load-profiles.ts")).profileList(), detail: async (item) => (await import("../../cost/profile/profile-text.ts")).profileSummary((item as Named & { profile: Profile }).profile) },
  models: { title: "Models", all: async () => (await import("../../graph/models/index.ts")).models, detail: policyDetail },
  generators: { title: "Generators of task graphs", all: async () => (await import("../../graph/generate/families.ts")).families, detail: async (item) => `${await policyDetail(item)}and for all: time, ccr, heterogeneity, consistent, vary, seed (docs/workloads.md)\n` },
  kinds: { title: "Operator kinds", all: async () => (await import("../../graph/op-kinds.ts")).opKinds.map(({ kind, ...rest }) => ({ name: kind, ...rest })), detail: async (item) => `category: ${(item as Named & { category: string }).category}\n` },
};

export const list: Command = {
  name: "list",
  summary: "List schedulers, synchronization policies, thread and loop policies, runtimes, allocators, machines, devices, links, cost profiles, models, generators and operator kinds",
  usage: "[TOPIC [NAME]]",
  description: `Topics: ${Object.keys(topics).join(", ")}. With a name: its options and where it comes from; machines and devices as YAML to start your own from.`,
  positionals: [0, 2],
  flags: {},
  examples: [
    ["heddle list schedulers", "one line each"],
    ["heddle list scheduler heft", "its paper and its options"],
    ["heddle list machine workstation", "as YAML, to save, change and include in a scenario"],
  ],
  async run({ positionals, values }, io) {
    const [word, name] = positionals;
    const json = values["format"] === "json";
    if (word === undefined) {
      if (json) {
        const everything: Record<string, unknown> = {};
        for (const [key, topic] of Object.entries(topics)) everything[key] = (await topic.all()).map(brief);
        io.out(`${JSON.stringify(everything, null, 2)}\n`);
      } else for (const topic of Object.values(topics)) io.out(`${formatTopic(topic.title, await topic.all())}\n`);
      return 0;
    }
    const key = Object.keys(topics).find((topic) => topic === word || topic === `${word}s`);
    if (key === undefined) throw new InputError({ code: "unknown-topic", message: `there is nothing to list under "${word}"`, hint: suggestion(word, Object.keys(topics)) });
    const topic = topics[key]!;
    const all = await topic.all();
    if (name === undefined) {
      io.out(json ? `${JSON.stringify(all.map(brief), null, 2)}\n` : formatTopic(topic.title, all));
      return 0;
    }
    const item = all.find((candidate) => candidate.name === name);
    if (item === undefined) throw new InputError({ code: "unknown-name", message: `there is no "${name}" among the ${key}`, hint: suggestion(name, all.map((candidate) => candidate.name)) });
    io.out(json ? `${JSON.stringify(facts(item), null, 2)}\n` : `${topic.yaml === true ? "# " : ""}${item.name}: ${item.summary}\n\n${await topic.detail(item)}`);
    return 0;
  },
};

function brief(item: Named): { name: string; summary: string } {
  return { name: item.name, summary: item.summary };
}

/** All that is known of an entry, as plain values; options as JSON Schema. */
function facts(item: Named): Record<string, unknown> {
  const { options, ...rest } = item as Named & { options?: unknown };
  return { ...rest, ...(options instanceof z.ZodType && { options: z.toJSONSchema(options, { io: "input", unrepresentable: "any" }) }) };
}

function formatTopic(title: string, items: readonly Named[]): string {
  const width = Math.max(...items.map((item) => item.name.length));
  return `${title}\n${items.map((item) => `  ${item.name.padEnd(width)}  ${item.summary}\n`).join("")}`;
}

/** Source and options of a policy or a model. */
async function policyDetail(item: Named): Promise<string> {
  const { source, options } = item as Named & { source?: string; options?: unknown };
  const lines = source === undefined ? [] : [`source: ${source}`];
  if (options instanceof z.ZodType) {
    const schema = z.toJSONSchema(options, { io: "input", unrepresentable: "any" }) as { properties?: Record<string, { description?: string; default?: unknown; enum?: unknown[] }>; required?: string[] };
    lines.push("options:");
    for (const [name, { description, default: preset, enum: choices }] of Object.entries(schema.properties ?? {})) {
      const facts = [description, choices && choices.length <= 12 ? `one of ${choices.join(", ")}` : undefined, preset === undefined ? undefined : `default ${JSON.stringify(preset)}`].filter((fact) => fact !== undefined);
      lines.push(`  ${name}${schema.required?.includes(name) && preset === undefined ? " (required)" : ""}: ${facts.join("; ")}`);
    }
  } else if (options === undefined) lines.push("takes no options");
  return `${lines.join("\n")}\n`;
}

/** What a runtime is, and its knobs. */
async function runtimeDetail(item: Named): Promise<string> {
  const { description, knobs } = item as Named & { description: string; knobs: Knobs };
  const lines = Object.entries(knobs).map(([name, { type, choices, min, max, default: preset, description: what }]) => {
    const kind = choices ? `one of ${choices.join(", ")}` : type === "integer" ? "a whole number" : type === "boolean" ? "true or false" : `a ${type === "bytes" ? "number of bytes" : type}`;
    const range = min !== undefined && min !== 0 && min !== 1 ? ` from ${min}` : "";
    return `  ${name}: ${what}; ${kind}${range}${max !== undefined && typeof max === "string" ? ` up to ${max}` : ""}; default ${preset}\n`;
  });
  const more = description.trim().split(/(?<=\.)\s/).slice(1).join(" ").replaceAll("\n", " ");
  return `${more === "" ? "" : `${more}\n\n`}knobs:\n${lines.join("")}`;
}

/** A library entry as YAML that a scenario can start from. */
async function yamlDetail(value: object): Promise<string> {
  const { yamlText } = await import("../yaml-text.ts");
  return yamlText(value);
}

/** As a scenario has it: under a name. */
function deviceDetail(device: DeviceSpec): Promise<string> {
  return yamlDetail({ machine: { devices: { [`${device.kind}0`]: device } } });
}
