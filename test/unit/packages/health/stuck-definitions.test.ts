import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubeObject } from "../../../../packages/health/kube-object.js";
import { deleteOwned } from "../../../../packages/health/owned-objects.js";
import { isDeletionStuck, touchStuckDefinitions } from "../../../../packages/health/stuck-definitions.js";
import { KubeApi } from "../../../../packages/kit/kube-api.js";
import { readKubeconfig } from "../../../../packages/kit/kubeconfig.js";
import { FakeApi } from "./fake-api.js";

const mark = { annotation: "timonier/cluster", value: "west" };
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const definition = (name: string, over: Partial<KubeObject["metadata"]> = {}): KubeObject => ({
  ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
  metadata: {
    name,
    annotations: { "timonier/cluster": "west" },
    finalizers: ["customresourcecleanup.apiextensions.k8s.io"],
    deletionTimestamp: ago(60),
    ...over,
  },
});

let fake: FakeApi;
let kubeconfig: string;
beforeEach(async () => {
  fake = new FakeApi();
  kubeconfig = await fake.start();
});
afterEach(() => fake.stop());

const woken = () =>
  [...fake.objects.values()]
    .filter(({ metadata }) => metadata.annotations?.["timonier/woken"] !== undefined)
    .map(({ metadata }) => metadata.name);

describe("a definition that the API server may have forgotten", () => {
  // The ages below are counted from here, and not from when the test runs: a file may wait for its first test.
  const now = Date.now();

  test.each<[string, Partial<KubeObject["metadata"]>, boolean]>([
    ["was deleted a minute ago", {}, true],
    ["was deleted a moment ago", { deletionTimestamp: ago(1) }, false],
    ["is not deleted", { deletionTimestamp: undefined as unknown as string }, false],
    ["waits for others", { finalizers: ["example.org/never"] }, false],
    ["was woken a moment ago", { annotations: { "timonier/woken": ago(1) } }, false],
    ["was woken, and forgotten again", { annotations: { "timonier/woken": ago(30) } }, true],
    ["bears what is no time", { annotations: { "timonier/woken": "now" } }, true],
  ])("%s", (_what, metadata, expected) => {
    expect(
      isDeletionStuck(definition("a", { deletionTimestamp: new Date(now - 60_000).toISOString(), ...metadata }), now),
    ).toBe(expected);
  });

  test("is woken while others wait, if it is the stack's", async () => {
    const theirs = definition("theirs", { annotations: {} });
    fake.put(definition("ours"), theirs, definition("young", { deletionTimestamp: ago(0) }));
    const [api, stop] = [new KubeApi(await readKubeconfig(kubeconfig)), new AbortController()];
    const waking = touchStuckDefinitions(api, mark, stop.signal);
    await expect.poll(woken).toEqual(["ours"]);
    stop.abort();
    await waking;
    api.close();
    expect(woken()).toEqual(["ours"]);
  });

  test("is woken by a sweep that waits for it", async () => {
    fake.put(definition("ours"));
    const { apiVersion, kind, metadata } = definition("ours");
    const swept = deleteOwned(kubeconfig, mark, [{ apiVersion, kind, name: metadata.name }], {
      timeout: 0,
      progress: () => {},
    });
    await expect(swept).rejects.toThrow("is still there, waits for customresourcecleanup.apiextensions.k8s.io");
    expect(woken()).toEqual(["ours"]);
  });

  test("is looked for where there is no definition at all", async () => {
    const [api, stop] = [new KubeApi(await readKubeconfig(kubeconfig)), new AbortController()];
    const waking = touchStuckDefinitions(api, mark, stop.signal);
    setTimeout(() => stop.abort(), 200);
    await waking;
    api.close();
  });

  test("keeps nothing from ending where the API server does not answer", async () => {
    const [api, stop] = [new KubeApi(await readKubeconfig(kubeconfig)), new AbortController()];
    fake.stop();
    const waking = touchStuckDefinitions(api, mark, stop.signal);
    setTimeout(() => stop.abort(), 50);
    await waking;
    api.close();
  });
});
