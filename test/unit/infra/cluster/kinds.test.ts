import { expect, test } from "vitest";
import { toolNamesOf } from "../../../../infra/cluster/kinds.js";
import { pulumiToolNames, toolNames } from "../../../../packages/toolchain/tools.js";

test("a stack gets what its kind of cluster runs, and nothing of another kind's", () => {
  const [ofOthers, forImages] = [["minikube"], ["image-reflector-controller", "image-automation-controller"]];
  const without = (names: readonly string[]) => toolNames.filter((name) => !names.includes(name)).sort();
  expect([...toolNamesOf("embedded")].sort()).toEqual(without([...ofOthers, ...forImages]));
  expect([...toolNamesOf("embedded", { imageAutomation: true })].sort()).toEqual(without(ofOthers));
  expect(toolNamesOf("minikube", { imageAutomation: true })).toEqual(toolNamesOf("minikube"));
  expect(toolNamesOf("minikube")).toEqual([...pulumiToolNames, "kubectl", "flux", "minikube"]);
  expect(toolNamesOf("eks")).toEqual([...pulumiToolNames, "kubectl", "flux"]);
});
