// What load-program.ts loads once for each number of applications: apps/applications.ts is replaced.
import type { ProgramRecord } from "@timonier/manifests/program-record";
import type { Trees } from "@timonier/manifests/tree";
import { applications } from "../../apps/applications.js";
import { parseEnvironments } from "../../apps/environments.js";
import { renderDiff } from "../../cli/environments/diff-text.js";
import { environmentDiff } from "../../cli/environments/environment-diff.js";
import { environmentsReport } from "../../cli/environments/environments-report.js";
import { renderEnvironments } from "../../cli/environments/environments-table.js";
import { type ExistingFiles, keepImages } from "../../cli/merge-request/kept-images.js";
import { synthesisFor } from "../../cli/merge-request/synthesis.js";
import { describe } from "../../cli/status/status-report.js";
import { renderStatus } from "../../cli/status/status-tables.js";
import { recordOf } from "../../infra/delivery/environment-record.js";
import { clusterView, revision } from "./cluster-view.js";
import { manySettings } from "./definitions.js";

const files = manySettings(applications.length);
const applicationUrl = "https://gitlab.example.org/team/application.git";

const synthesis = (environment?: string) =>
  synthesisFor({ cluster: "bench", branch: "main", applicationUrl, environment, imageAutomation: true }, files);

/** Settings to manifests, as `synth` and `publish` make them. */
export function synthesize(environment?: string): Trees {
  return synthesis(environment).trees;
}

/** Synthesis with the tags that Git has; one of the images is new there. */
export async function synthesizeWithTags(existing: ReadonlyMap<string, string>): Promise<Trees> {
  const read: ExistingFiles = {
    read: async (path) => existing.get(path),
    list: async () => [...existing.keys()],
  };
  return (await keepImages(synthesis(), read)).trees;
}

const environments = parseEnvironments(files.environments);
const [staging] = environments;

/** The record of the first environment. */
export function record(): ReturnType<typeof recordOf> {
  if (!staging) throw new RangeError("there is no environment");
  return recordOf(files, staging, undefined);
}

/** Text of `timonier diff staging production`. */
export function diff(): string {
  return renderDiff(environmentDiff(files, "staging", "production"));
}

const view = clusterView(applications, applicationUrl);

/** Text of `timonier status` for a cluster that was read. */
export function status(): string {
  const repositories = [{ url: applicationUrl, branch: "main", head: revision, protected: true }];
  return renderStatus({
    stack: "bench",
    ok: true,
    cluster: { name: "bench", kubernetesVersion: "", state: "running" },
    repositories,
    tokens: [],
    ...describe(view, repositories),
    problems: [],
  });
}

const head: ProgramRecord = new Map(
  applications.map(({ name, folder, kustomization }) => [name, { synthesis: name, folder, kustomization }]),
);
const now = new Date("2026-01-02T12:00:00Z");

/** Text of `timonier status --environments` for clusters and records that were read. */
export function statusOfEnvironments(): string {
  const facts = environments.map((environment) => ({
    environment,
    clusters: [{ stack: environment.name, cluster: environment.name, isUp: true, view }],
    head,
    records: new Map([[revision, head]]),
    mergeRequests: [],
  }));
  return renderEnvironments(environmentsReport({ environments: facts, applications, problems: [], now }), now);
}
