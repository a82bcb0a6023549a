import { expect, test } from "vitest";
import { toolNamesOf } from "../../../../infra/cluster/kinds.js";
import { pulumiToolNames, toolNames } from "../../../../packages/toolchain/tools.js";

test("a stack gets what its kind of cluster runs, and nothing of another kind's", () => {
  expect([...toolNamesOf("embedded")].sort()).toEqual(toolNames.filter((name) => name !== "minikube").sort());
  expect(toolNamesOf("minikube")).toEqual([...pulumiToolNames, "kubectl", "flux", "minikube"]);
  expect(toolNamesOf("eks")).toEqual([...pulumiToolNames, "kubectl", "flux"]);
});
