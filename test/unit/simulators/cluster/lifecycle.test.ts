import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { clusterLayout } from "../../../../packages/control-plane/layout.js";
import { writeKubeconfig } from "../../../../packages/control-plane/record.js";
import { toolsIn } from "../../../../packages/control-plane/tools.js";
import {
  inspectCluster,
  removeCluster,
  repairCluster,
  startCluster,
  stopCluster,
} from "../../../../simulators/cluster/lifecycle.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lifecycle-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("what is not there is absent, and stopping or removing it does nothing", async () => {
  const dir = join(root, "none");
  expect((await inspectCluster(dir)).state).toBe("absent");
  await stopCluster(dir);
  await removeCluster(dir);
  expect(existsSync(dir)).toBe(false);
});

test("a folder with half an installation is removed", async () => {
  const dir = join(root, "half");
  mkdirSync(join(dir, "kwok", "clusters"), { recursive: true });
  writeFileSync(join(dir, "cluster.json"), "{ not json");
  await removeCluster(dir);
  expect(existsSync(dir)).toBe(false);
});

test("a start without its tools names every one and leaves nothing", async () => {
  const dir = join(root, "cluster");
  await expect(startCluster(dir, toolsIn(join(root, "bin")))).rejects.toThrow(
    /cannot be executed: etcd, kube-apiserver, .*notification-controller/,
  );
  expect(existsSync(dir)).toBe(false);
});

test("a repair never installs a cluster: one that was removed stays so", async () => {
  const dir = join(root, "removed");
  await expect(repairCluster(dir)).rejects.toThrow(/^the embedded cluster was removed\n/);
  expect(existsSync(dir)).toBe(false);
});

test("the kubeconfig is complete in itself and its owner's only", () => {
  const layout = clusterLayout(root);
  writeKubeconfig(layout, { server: "https://127.0.0.1:20001", ca: "CA", cert: "CERT", key: "KEY" });
  const config = parse(readFileSync(layout.kubeconfig, "utf8"));
  expect(config.clusters[0].cluster).toEqual({
    server: "https://127.0.0.1:20001",
    "certificate-authority-data": Buffer.from("CA").toString("base64"),
  });
  expect(config.users[0].user["client-key-data"]).toBe(Buffer.from("KEY").toString("base64"));
  expect(config["current-context"]).toBe(config.contexts[0].name);
  expect(statSync(layout.kubeconfig).mode & 0o777).toBe(0o600);
});
