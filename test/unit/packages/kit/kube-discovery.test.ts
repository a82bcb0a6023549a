import { expect, test } from "vitest";
import { ApiError, type KubeApi } from "../../../../packages/kit/kube-api.js";
import { KubeDiscovery } from "../../../../packages/kit/kube-discovery.js";

const deployments = { resources: [{ name: "deployments", kind: "Deployment", namespaced: true }] };

function discovery(answers: Readonly<Record<string, () => unknown>>) {
  const asked: string[] = [];
  const find = async (path: string) => {
    asked.push(path);
    return answers[path]?.();
  };
  return { asked, kinds: new KubeDiscovery({ find } as unknown as KubeApi) };
}

test("GIVEN a group whose server does not answer WHEN kinds are looked for THEN it has none, and others are found", async () => {
  let works = false;
  const { kinds, asked } = discovery({
    "/apis/apps/v1": () => deployments,
    "/apis/metrics.k8s.io/v1beta1": () => {
      if (works) return { resources: [{ name: "pods", kind: "PodMetrics", namespaced: true }] };
      throw new ApiError(503, "ServiceUnavailable", "the server is currently unable to handle the request");
    },
  });
  expect(await kinds.kind("metrics.k8s.io/v1beta1", "PodMetrics")).toBeUndefined();
  expect(await kinds.path({ apiVersion: "apps/v1", kind: "Deployment", namespace: "a", name: "b" })).toBe(
    "/apis/apps/v1/namespaces/a/deployments/b",
  );
  works = true;
  expect(await kinds.kind("metrics.k8s.io/v1beta1", "PodMetrics")).toMatchObject({ name: "pods" });
  await kinds.kind("apps/v1", "Deployment");
  expect(asked.filter((path) => path === "/apis/apps/v1")).toHaveLength(1);
});

test("GIVEN another failure WHEN kinds are looked for THEN it is thrown", async () => {
  const { kinds } = discovery({
    "/apis/apps/v1": () => {
      throw new ApiError(401, "Unauthorized", "Unauthorized");
    },
  });
  await expect(kinds.kind("apps/v1", "Deployment")).rejects.toThrow("Unauthorized");
});
