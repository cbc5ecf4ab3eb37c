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
  return lines.map((line) => `${line}\n`).join("");
}
