type Versions = Readonly<Record<string, string>>;

/** Packages whose versions differ by more than their patches: 1.30.2 is 1.30. */
export function versionDifferences(before: Versions, now: Versions): readonly { readonly name: string; readonly was: string | undefined; readonly is: string | undefined }[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.filter((name) => minor(before[name]) !== minor(now[name])).map((name) => ({ name, was: before[name], is: now[name] }));
}

function minor(version: string | undefined): string | undefined {
  return version?.split(".").slice(0, 2).join(".");
}
