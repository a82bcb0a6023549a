import { expect, test } from "vitest";
import { findProfile, whatIsMissing } from "../../../../../../infra/cluster/minikube/cli/profile.js";

const status = (more: object = {}) => ({
  ...{
    Name: "team",
    Host: "Running",
    Kubelet: "Running",
    APIServer: "Running",
    Kubeconfig: "Configured",
    Worker: false,
  },
  ...more,
});

test("a profile that minikube does not list is absent, one that it cannot read is broken", () => {
  expect(findProfile('{"invalid":[],"valid":[]}', "team")).toBe("absent");
  expect(findProfile('{"invalid":[{"Name":"team","Status":"","Config":null}],"valid":[]}', "team")).toBe("broken");
});

test("output that is not a list of profiles is an error, not an absent profile", () => {
  expect(() => findProfile('{"error":{}}', "team")).toThrow();
  expect(() => findProfile("", "team")).toThrow();
});

test("everything runs", () => {
  expect(whatIsMissing(JSON.stringify(status()))).toBeUndefined();
  const worker = status({ Name: "team-m02", APIServer: "Irrelevant", Kubeconfig: "Irrelevant", Worker: true });
  expect(whatIsMissing(JSON.stringify([status(), worker]))).toBeUndefined();
});

test("stopped parts are listed for each node", () => {
  const stopped = status({ Host: "Stopped", Kubelet: "Stopped", APIServer: "Stopped", Kubeconfig: "Stopped" });
  expect(whatIsMissing(JSON.stringify(stopped))).toBe("team: Stopped");
  const worker = status({ Name: "team-m02", APIServer: "Irrelevant", Kubelet: "Stopped", Worker: true });
  const answer = [status({ APIServer: "Paused" }), worker];
  expect(whatIsMissing(JSON.stringify(answer))).toBe("team: apiserver Paused, team-m02: kubelet Stopped");
});

test("output without a machine means that the machine does not exist", () => {
  expect(whatIsMissing("")).toBe("minikube does not find its machine");
  expect(whatIsMissing('{"type":"io.k8s.sigs.minikube.error","data":{"exitcode":"85"}}')).toBe(
    "minikube does not find its machine",
  );
});
