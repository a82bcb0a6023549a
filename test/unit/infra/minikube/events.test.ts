import { describe, expect, test } from "vitest";
import {
  failureOf,
  type MinikubeEvent,
  parseEvent,
  progressOf,
} from "../../../../infra/cluster/minikube/cli/events.js";

const line = (type: string, data: object) => JSON.stringify({ type: `io.k8s.sigs.minikube.${type}`, data });

describe("a line", () => {
  test("that is no event is left out", () => {
    for (const text of ["", "* minikube v1.38.1", "{}", '{"type":"other","data":{}}', "null", "[1]"]) {
      expect(parseEvent(text)).toBeUndefined();
    }
  });

  test("of a download's progress is left out: there are hundreds", () => {
    expect(parseEvent(line("download.progress", { artifact: "kubelet", progress: "0.2" }))).toBeUndefined();
    const begun = parseEvent(line("download", { artifact: "kubelet.tar", currentstep: "2", totalsteps: "19" }));
    expect(begun && progressOf(begun)).toBe("downloading kubelet.tar");
  });

  test("of a step becomes a line of progress", () => {
    const event = parseEvent(
      line("step", { currentstep: "13", message: "Configuring RBAC rules ...", name: "RBAC", totalsteps: "19" }),
    );
    expect(event && progressOf(event)).toBe("13/19 Configuring RBAC rules");
  });
});

describe("a failure", () => {
  test("without a word of minikube's tells what it wrote elsewhere", () => {
    expect(failureOf([], "minikube start", "team", "panic: out of luck\n")).toMatchObject({
      what: "minikube failed: panic: out of luck",
      fix: "look into minikube logs -p team",
    });
  });

  test("is the error that ended the command, not the last one that was said", () => {
    const error = (message: string, exitCode?: number): MinikubeEvent => ({
      ...{ kind: "error", name: "", message, advice: "", url: "", issues: "", exitCode },
    });
    const said = [error("unhealthy", 69), error("see the log")];
    expect(failureOf(said, "minikube start", "team", "").what).toBe("unhealthy");
  });
});
