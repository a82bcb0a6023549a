import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestGitLab } from "../e2e/gitlab-support.js";
import type { Case, Files } from "./cases.js";

/**
 * A case's project in the embedded GitLab, with its change on a branch and a merge request for it.
 */
export interface Proposal {
  /** URL of the repository in its GitRepository. */
  readonly url: string;
  /** A clone, with `origin/main` and `origin/change`. */
  readonly clone: string;
  /** Commit of main before the merge. */
  readonly base: string;
  /** Merges it. @returns commit of main after the merge */
  merge(): Promise<string>;
}

/** Folder of the cluster in each repository, as of `flux bootstrap --path`. */
const clusterFolder = "clusters/production";

/**
 * Manifests as of `flux bootstrap`, with names that allow all cases in one cluster. They are
 * applied once, and then apply themselves.
 */
export function syncFile(name: string, url: string): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m0s
  ref:
    branch: main
  url: ${url}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m0s
  path: ./${clusterFolder}
  prune: true
  sourceRef:
    kind: GitRepository
    name: ${name}
`;
}

/** Creates the project, with base on main and head on a branch, and opens the merge request. */
export async function propose(gitlab: TestGitLab, one: Case): Promise<Proposal> {
  const ask = async (method: string, path: string, body: object) => {
    const reply = await gitlab.api(method, path, body);
    if (reply.status < 300) return reply.body;
    throw new Error(`${one.name}: ${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  };
  const project = await ask("POST", "/projects", { name: one.name, visibility: "public" });
  const path = `/projects/${project.id}`;
  const url = `${gitlab.url}/${project.path_with_namespace}.git`;
  const filled = (files: Files): Files => withUrl(files, `https://git.example.com/${one.name}.git`, url);
  const [base, head] = [filled(one.base), filled(one.head)];
  const sync = { [`${clusterFolder}/flux-system/gotk-sync.yaml`]: syncFile(one.name, url) };
  const commit = (branch: string, from: Files, to: Files, more: object) =>
    ask("POST", `${path}/repository/commits`, {
      branch,
      commit_message: one.title,
      actions: difference(from, to),
      ...more,
    });
  const first = await commit("main", {}, { ...base, ...sync }, {});
  await commit("change", base, head, { start_branch: "main" });
  for (const [branch, files] of Object.entries(one.branches))
    await commit(branch, base, { ...base, ...filled(files) }, { start_branch: "main" });
  const request = await ask("POST", `${path}/merge_requests`, {
    source_branch: "change",
    target_branch: "main",
    title: one.title,
  });
  const clone = join(gitlab.scratch("clones"), one.name);
  mkdirSync(clone, { recursive: true });
  const cloned = await gitlab.git(clone, ["clone", "-q", url, "."]);
  if (cloned.code !== 0) throw new Error(`${one.name}: ${cloned.out}`);
  return {
    url,
    clone,
    base: first.id,
    async merge() {
      const merged = await ask("PUT", `${path}/merge_requests/${request.iid}/merge`, { sha: request.sha });
      return merged.merge_commit_sha;
    },
  };
}

/**
 * Files with the project's URL in place of a placeholder: its port differs in each run.
 */
function withUrl(files: Files, placeholder: string, url: string): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll(placeholder, url)]));
}

/** Actions of a commit that turns one tree into another. */
function difference(from: Files, to: Files): object[] {
  const written = Object.entries(to).filter(([path, content]) => from[path] !== content);
  const gone = Object.keys(from).filter((path) => !(path in to));
  return [
    ...written.map(([file_path, content]) => ({ action: file_path in from ? "update" : "create", file_path, content })),
    ...gone.map((file_path) => ({ action: "delete", file_path })),
  ];
}
