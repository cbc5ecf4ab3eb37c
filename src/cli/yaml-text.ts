import { stringify } from "yaml";

/**
 * A value as YAML that a scenario can start from. A file of its own: bundled, a package in CommonJS gives its functions
 * to an ordinary import, but not to a dynamic one, and only `list` needs it.
 */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0, flowCollectionPadding: false });
}
