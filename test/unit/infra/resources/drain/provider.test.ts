import { expect, test, vi } from "vitest";
import { drainWith } from "../../../../../infra/resources/drain/provider.js";

/** Nothing listens at this address. */
const gone = JSON.stringify({
  "current-context": "a",
  contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
  clusters: [{ name: "a", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "a", user: { token: "t" } }],
});
const state = { kubeconfig: gone, cluster: "west", timeout: 1_000, identity: "uid" };
const eks = { kind: "eks", name: "west", region: "eu-central-1" };

async function deleted(more: object, answer: () => Response) {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "A");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "s");
  vi.stubGlobal("fetch", async () => answer());
  const log = vi.fn();
  try {
    await drainWith([0]).delete?.("id", { ...state, ...more }, { log } as never);
    return log.mock.calls;
  } finally {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  }
}

test("a cluster on EKS that does not answer is not skipped while AWS has it", async () => {
  const active = () => new Response(JSON.stringify({ cluster: { status: "ACTIVE" } }));
  await expect(deleted({ cloud: eks }, active)).rejects.toThrow(/AWS says that the cluster is ACTIVE/);
});

test("a cluster that AWS does not know, or that no cloud knows, is skipped", {
  timeout: 40_000,
}, async () => {
  const headers = { "x-amzn-errortype": "ResourceNotFoundException" };
  const missing = () => new Response("{}", { status: 404, headers });
  expect(await deleted({ cloud: eks }, missing)).toEqual([["warning", expect.stringContaining("does not answer")]]);
  expect(await deleted({}, missing)).toEqual([["warning", expect.stringContaining("does not answer")]]);
});
