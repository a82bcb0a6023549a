import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { TestGitLab } from "../gitlab-support.js";
import type { WorkingCopy } from "./working-copy.js";

/** Settings of a copy's stack on a GitLab that it does not own, with the embedded cluster; written over each time, where the stack keeps them. */
export function configureRemote(
  copy: WorkingCopy,
  gitlab: TestGitLab,
  settings: Readonly<Record<string, string>>,
  stack = "embedded",
): void {
  const committed = join(copy.folder, "infra", "stacks", `Pulumi.${stack}.yaml`);
  const file = existsSync(committed) ? committed : join(copy.state, "stacks", stack, `Pulumi.${stack}.yaml`);
  const all = {
    ...{ cluster: "embedded", gitlab: "remote", gitlabUrl: gitlab.url, gitlabCaFile: gitlab.caFile, protect: "false" },
    ...settings,
  };
  const config = Object.fromEntries(Object.entries(all).map(([key, value]) => [`timonier:${key}`, value]));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stringify({ config }));
}
