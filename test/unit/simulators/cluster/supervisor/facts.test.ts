import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClusterLayout, clusterLayout } from "../../../../../packages/control-plane/layout.js";
import { identify, type ProcessIdentity } from "../../../../../packages/kit/daemon.js";
import {
  type ContainerRecord,
  containerFiles,
  writeContainerRecord,
} from "../../../../../simulators/cluster/agent/container-record.js";
import { gatherFacts } from "../../../../../simulators/cluster/supervisor/facts.js";

let root: string;
let layout: ClusterLayout;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "supervisor-"));
  layout = clusterLayout(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function container(pod: string, program: string, record: Partial<ContainerRecord> = {}) {
  const files = containerFiles(join(layout.pods, pod), "manager");
  mkdirSync(files.folder, { recursive: true });
  symlinkSync("/bin/true", join(files.folder, program));
  writeContainerRecord(files, { ports: {}, restartCount: 0, backoff: 0, lastState: {}, ...record });
  return files;
}

const myself = identify(process.pid) as ProcessIdentity;

test("a cluster of which nothing is there misses every component and has no program", () => {
  expect(gatherFacts(layout)).toEqual({
    missing: [
      ...["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller"],
      "runtime-agent",
    ],
    programs: [],
  });
});

test("a program is known by its own name, and runs when its very process does", () => {
  const { folder, log } = container("1", "source-controller", { process: myself });
  container("2", "helm-controller", { process: { ...myself, started: "earlier" } });
  mkdirSync(join(layout.pods, "3", "containers", "not-started-yet"), { recursive: true });
  expect(gatherFacts(layout).programs).toEqual([
    { name: "source-controller", folder, log, runs: true, restarts: 0 },
    expect.objectContaining({ name: "helm-controller", runs: false }),
  ]);
});

test("how a program's last run ended is in the runtime agent's record", () => {
  const times = { startedAt: "2027-01-01T00:00:00Z", finishedAt: "2027-01-01T00:00:03Z" };
  const lastState = { terminated: { exitCode: 137, signal: 9, reason: "Error", ...times } };
  container("1", "source-controller", { restartCount: 2, lastState });
  expect(gatherFacts(layout).programs).toMatchObject([
    { runs: false, restarts: 2, end: { exitCode: 137, signal: 9, ranFor: 3_000 } },
  ]);
});
