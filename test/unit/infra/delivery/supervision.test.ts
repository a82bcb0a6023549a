import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import type { Cluster } from "../../../../infra/cluster/cluster.js";
import { supervised } from "../../../../infra/delivery/supervision.js";
import type { SuperviseOptions } from "../../../../simulators/cluster/supervisor/supervise.js";

/** A cluster whose supervisor ends by its signal, or as soon as the given promise rejects. */
function cluster(lost: Promise<never> = new Promise(() => {})) {
  const calls: string[] = [];
  const supervise = async ({ signal, isNeeded }: SuperviseOptions) => {
    calls.push(`begins, ${isNeeded() ? "needed" : "not needed"}`);
    await Promise.race([lost, new Promise((ended) => signal.addEventListener("abort", ended))]);
    calls.push("last look");
  };
  return { calls, cluster: { kubeconfig: pulumi.output("kubeconfig"), supervise } as unknown as Cluster };
}

async function inUpdate(preview = false): Promise<void> {
  await pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    "timonier",
    "supervision",
    preview,
  );
}

test("a supervisor works beside the wait, and has its last look when that is over", async () => {
  await inUpdate();
  const { cluster: one, calls } = cluster();
  const run = supervised(one);
  expect(await run(async () => new Promise((done) => setTimeout(() => done("delivered"), 50)))).toBe("delivered");
  expect(calls).toEqual(["begins, needed", "last look"]);
});

test("a supervisor that gives up ends the wait with its error", async () => {
  await inUpdate();
  const { cluster: one } = cluster(Promise.reject(new Error("etcd died 3 times")));
  let ended = false;
  const forever = (signal: AbortSignal) =>
    new Promise<never>(() => signal.addEventListener("abort", () => (ended = true)));
  await expect(supervised(one)(forever)).rejects.toThrow("etcd died 3 times");
  expect(ended).toBe(true);
});

test("one that gives up before the wait begins ends it at once", async () => {
  await inUpdate();
  const run = supervised(cluster(Promise.reject(new Error("etcd died 3 times"))).cluster);
  await new Promise((later) => setTimeout(later, 50));
  await expect(run(() => new Promise<never>(() => {}))).rejects.toThrow("etcd died 3 times");
});

test("a wait that fails ends the supervision", async () => {
  await inUpdate();
  const { cluster: one, calls } = cluster();
  const failing = supervised(one)(async () => {
    await new Promise((later) => setTimeout(later, 50));
    throw new Error("is suspended");
  });
  await expect(failing).rejects.toThrow("is suspended");
  await new Promise((later) => setTimeout(later));
  expect(calls).toEqual(["begins, needed", "last look"]);
});

test("a preview supervises nothing, and neither does a cluster that is elsewhere", async () => {
  await inUpdate(true);
  const { cluster: one, calls } = cluster();
  expect(await supervised(one)(async () => 1)).toBe(1);
  await inUpdate();
  const { supervise: _none, ...other } = one;
  expect(await supervised(other)(async () => 2)).toBe(2);
  expect(calls).toEqual([]);
});
