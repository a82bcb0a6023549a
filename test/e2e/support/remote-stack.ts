import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import type { TestGitLab } from "../gitlab-support.js";
import type { WorkingCopy } from "./working-copy.js";

/**
 * Settings of a copy's stack on a GitLab that it does not own, with the embedded cluster; written
 * over each time, where the stack keeps them.
 */
export function configureRemote(
  copy: WorkingCopy,
  gitlab: TestGitLab,
  settings: Readonly<Record<string, string>>,
  stack = "embedded",
): void {
  const file = settingsFile(copy, stack);
  const all = {
    ...{ cluster: "embedded", gitlab: "remote", gitlabUrl: gitlab.url, gitlabCaFile: gitlab.caFile, protect: "false" },
    ...settings,
  };
  const config = Object.fromEntries(Object.entries(all).map(([key, value]) => [`timonier:${key}`, value]));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stringify({ config }));
}

/** Changes one setting as `pulumi config set` does, without a process. */
export function changeSetting(copy: WorkingCopy, key: string, value: string, stack = "embedded"): void {
  const file = settingsFile(copy, stack);
  const written = parse(readFileSync(file, "utf8")) as { config: Record<string, string> };
  written.config[`timonier:${key}`] = value;
  // In quotes: Pulumi reads YAML 1.1, in which a time without them is no string.
  writeFileSync(file, stringify(written, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" }));
}

function settingsFile(copy: WorkingCopy, stack: string): string {
  const committed = join(copy.folder, "infra", "stacks", `Pulumi.${stack}.yaml`);
  return existsSync(committed) ? committed : join(copy.state, "stacks", stack, `Pulumi.${stack}.yaml`);
}
