import { execFile } from "node:child_process";
import { mkdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type ClusterTools, toolsIn } from "../../packages/control-plane/tools.js";
import { exclusively, leaveWarm } from "../../packages/rehearsal/engine/lifetime.js";
import { rehearsalLayout } from "../../packages/rehearsal/engine/rehearsal-layout.js";
import { rehearse } from "../../packages/rehearsal/engine/rehearse.js";
import type { RehearsalRequest } from "../../packages/rehearsal/engine/request.js";
import type { ObjectChange, Report } from "../../packages/report/model.js";
import { toolFolder } from "./cluster-support.js";

const run = promisify(execFile);

/** Content by path; undefined: the file goes. */
export type Files = Readonly<Record<string, string | undefined>>;

export const setupUrl = "https://gitlab.example.com/group/setup.git";

/** A source and a root Kustomization as `flux bootstrap` writes them. */
export const gotkSync = `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 1m0s
  ref: {branch: main}
  secretRef: {name: flux-system}
  url: ${setupUrl}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m0s
  path: ./clusters/prod
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
`;

/** A Kustomization of the setup repository's own folder. */
export function kustomization(name: string, path: string, more = ""): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 10m
  path: ${path}
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
${more}`;
}

export function deployment(name: string, { replicas = 1, image = "nginx:1.25.1", app = name } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec:
      containers: [{name: ${name}, image: "${image}"}]
`;
}

export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: folder,
  });
  return stdout.trim();
}

/** A clone with one commit on main. */
export async function makeClone(folder: string, origin: string, files: Files): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await git(folder, "init", "-q", "-b", "main");
  await git(folder, "remote", "add", "origin", origin);
  await commit(folder, files);
}

export async function commit(folder: string, files: Files, message = "change"): Promise<void> {
  writeFiles(folder, files);
  await git(folder, "add", "-A");
  await git(folder, "commit", "-q", "--allow-empty", "-m", message);
}

export function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content === undefined) rmSync(path);
    else writeFileSync(path, content);
  }
}

/**
 * The programs behind the links of the tool folder: the command line uses the same ones, so that
 * both share a cluster.
 */
function linkedTools(): ClusterTools {
  const tools = Object.entries(toolsIn(toolFolder)).map(([name, link]) => [name, readlinkSync(link)]);
  return Object.fromEntries(tools) as ClusterTools;
}

/** Rehearsals on a cluster of their own. */
export function rehearsals(root: string) {
  const layout = rehearsalLayout(root);
  const context = { tools: linkedTools(), flux: readlinkSync(join(toolFolder, "flux")), progress: () => {} };
  const rehearsal = (
    request: Partial<RehearsalRequest> & { cwd: string },
    env: Record<string, string> = {},
  ): Promise<Report> =>
    exclusively(layout, context.progress, async () => {
      try {
        return await rehearse(layout, { sources: {}, assume: [], ...request }, context, env);
      } finally {
        leaveWarm(layout, context);
      }
    });
  return { layout, context, rehearsal };
}

/** `pruned ConfigMap default/web`, sorted. */
export function said({ changes }: Report): string[] {
  return changes.map(nameOf).sort();
}

export function nameOf({ action, ref }: ObjectChange): string {
  return `${action} ${ref.kind} ${ref.namespace ? `${ref.namespace}/` : ""}${ref.name}`;
}
