import { describe, expect, test } from "vitest";
import { applicationState, type ClusterFacts } from "../../../../cli/environments/application-states.js";
import type { KubeObject } from "../../../../packages/health/kube-object.js";
import { commit, facts, kustomization, minutesAgo, record, view } from "./samples.js";

const shop = { name: "shop", kustomization: "shop" };
const up = (stack: string, ...objects: KubeObject[]): ClusterFacts => ({
  ...{ stack, cluster: stack, isUp: true },
  view: view(...objects),
});

describe("an application in one cluster", () => {
  test("has the revision that Flux applied, the program of that revision, and the time", () => {
    const records = new Map([[commit("a"), record({ shop: "x" })]]);
    const clusters = [up("west", kustomization("shop", commit("a"), 12))];
    const found = applicationState(shop, facts("staging", { clusters, records }));
    const shared = { state: "ready", message: "", revision: commit("a"), program: commit(1), since: minutesAgo(12) };
    expect(found).toEqual({ environment: "staging", ...shared, clusters: [{ stack: "west", ...shared }] });
  });

  test("has no program where the record of that revision is not known", () => {
    const head = record({ shop: "x" });
    const clusters = [up("west", kustomization("shop", commit("a"), 12))];
    expect(applicationState(shop, facts("staging", { clusters, head }))).not.toHaveProperty("program");
  });

  test("says so when its program had changes that were in no commit", () => {
    const records = new Map([[commit("a"), record({ shop: "x" }, { uncommitted: true })]]);
    const clusters = [up("west", kustomization("shop", commit("a"), 12))];
    expect(applicationState(shop, facts("staging", { clusters, records }))).toMatchObject({ uncommitted: true });
  });

  test("is not Ready with the message of Flux, and then it has no time", () => {
    const clusters = [up("west", kustomization("shop", commit("a"), undefined))];
    const found = applicationState(shop, facts("staging", { clusters }));
    expect(found).toMatchObject({ state: "not-ready", message: "HealthCheckFailed: timeout", revision: commit("a") });
    expect(found).not.toHaveProperty("since");
  });

  test("is found by the Kustomization in the record, also when this checkout has another name for it", () => {
    const head = record({ shop: "x" }, { kustomization: "former" });
    const clusters = [up("west", kustomization("former", commit("a"), 1))];
    expect(applicationState(shop, facts("staging", { clusters, head })).state).toBe("ready");
    expect(applicationState({ name: "shop" }, facts("staging", { clusters, head })).state).toBe("ready");
  });

  test("a Kustomization of another source is another one", () => {
    const { spec: _, ...other } = kustomization("shop", commit("a"), 1);
    expect(applicationState(shop, facts("staging", { clusters: [up("west", other)] })).state).toBe("absent");
  });
});

describe("without a cluster", () => {
  const excluding = (clusters: readonly ClusterFacts[]) => {
    const { environment, ...rest } = facts("production", { clusters });
    return { ...rest, environment: { ...environment, exclude: ["shop"] } };
  };

  test("it is absent, or excluded", () => {
    expect(applicationState(shop, facts("staging")).state).toBe("absent");
    expect(applicationState(shop, facts("staging", { clusters: [up("west")] })).state).toBe("absent");
    expect(applicationState(shop, excluding([up("west")])).state).toBe("excluded");
  });

  test("one that still runs where it is excluded is not hidden", () => {
    expect(applicationState(shop, excluding([up("west", kustomization("shop", commit("a"), 1))])).state).toBe("ready");
  });

  test("it is absent from a stack that is not up, and unknown in a cluster that does not answer", () => {
    const stack = { stack: "west", cluster: "west" };
    expect(applicationState(shop, facts("staging", { clusters: [{ ...stack, isUp: false }] })).state).toBe("absent");
    expect(applicationState(shop, facts("staging", { clusters: [{ ...stack, isUp: true }] }))).toMatchObject({
      state: "unknown",
      message: "the cluster of stack west does not answer",
    });
  });
});

describe("in several clusters", () => {
  test("the latest time counts", () => {
    const clusters = [
      up("east", kustomization("shop", commit("a"), 3)),
      up("west", kustomization("shop", commit("a"), 12)),
    ];
    expect(applicationState(shop, facts("production", { clusters }))).toMatchObject({
      state: "ready",
      revision: commit("a"),
      since: minutesAgo(3),
    });
  });

  test("different revisions are left out, and one cluster that is not Ready is enough", () => {
    const clusters = [
      up("east", kustomization("shop", commit("a"), 3)),
      up("west", kustomization("shop", commit("b"), undefined)),
    ];
    const found = applicationState(shop, facts("production", { clusters }));
    expect(found).toMatchObject({ state: "not-ready", message: "HealthCheckFailed: timeout" });
    expect(found).not.toHaveProperty("revision");
    expect(found).not.toHaveProperty("since");
    expect(found.clusters.map(({ stack, state }) => [stack, state])).toEqual([
      ["east", "ready"],
      ["west", "not-ready"],
    ]);
  });
});
