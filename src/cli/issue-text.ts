import { formatIssue, type Issue } from "../base/errors.ts";

const shownIssues = 20;

/** Problems for people, one after the other; a hint that holds for several in a row is given once, after the last. */
export function formatIssues(issues: readonly Issue[]): string {
  const shown = issues.slice(0, shownIssues);
  const lines = shown.map((issue, i) => {
    const { hint, ...rest } = issue;
    return formatIssue(hint !== undefined && shown[i + 1]?.hint === hint ? rest : issue);
  });
  if (issues.length > shownIssues) lines.push(`… and ${issues.length - shownIssues} more (--format json lists them all)`);
  return lines.map((line) => `${visible(line)}\n`).join("");
}

/** Control characters, which a terminal would obey: messages quote files, and those may hold anything. */
function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
