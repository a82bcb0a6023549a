import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clusterLayout } from "../../../../../packages/control-plane/layout.js";
import { HostPorts } from "../../../../../simulators/cluster/agent/host-ports.js";
import { serviceAddress } from "../../../../../simulators/cluster/service-address.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ports-"));
  mkdirSync(clusterLayout(dir).agent);
});
afterEach(() => rmSync(dir, { recursive: true }));

test("a Service keeps its port over restarts of the agent, and others find it", async () => {
  const file = clusterLayout(dir).servicePorts;
  const port = await new HostPorts(file, []).ofService("flux-system", "webhook-receiver", 80);
  const later = new HostPorts(file, []);
  expect(await later.ofService("flux-system", "webhook-receiver", 80)).toBe(port);
  expect(await later.ofService("flux-system", "webhook-receiver", 81)).not.toBe(port);
  expect(serviceAddress(dir, "flux-system", "webhook-receiver")).toBe(`http://127.0.0.1:${port}`);
  expect(serviceAddress(dir, "flux-system", "other")).toBeUndefined();
});

test("a container keeps its port unless somebody else took it", async () => {
  const ports = new HostPorts(clusterLayout(dir).servicePorts, []);
  const first = await ports.ofContainer(undefined);
  expect(await ports.ofContainer(first)).toBe(first);
  const thief = createServer();
  await new Promise<void>((resolve) => thief.listen(first, "127.0.0.1", resolve));
  try {
    expect(await ports.ofContainer(first)).not.toBe(first);
  } finally {
    thief.close();
  }
});

test("many ports asked for at once are all different", async () => {
  const ports = new HostPorts(clusterLayout(dir).servicePorts, []);
  const given = await Promise.all(Array.from({ length: 40 }, () => ports.ofContainer(undefined)));
  expect(new Set(given).size).toBe(40);
});
