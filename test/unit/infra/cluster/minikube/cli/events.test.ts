import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  failureOf,
  type MinikubeEvent,
  parseEvent,
  progressOf,
} from "../../../../../../infra/cluster/minikube/cli/events.js";

/** What minikube v1.38.1 printed for `start`, without the lines that name folders of the machine it ran on. */
const recorded = (name: string) =>
  readFileSync(new URL(`./recorded/${name}.jsonl`, import.meta.url), "utf8")
    .split("\n")
    .flatMap((text) => parseEvent(text) ?? []);
const line = (type: string, data: object) => JSON.stringify({ type: `io.k8s.sigs.minikube.${type}`, data });

describe("a line", () => {
  test("that is not an event is ignored", () => {
    for (const text of ["", "* minikube v1.38.1", "{}", '{"type":"other","data":{}}', "null", "[1]"]) {
      expect(parseEvent(text)).toBeUndefined();
    }
  });

  test("of a download's progress is ignored, because there are hundreds", () => {
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

test("a start is reported by its steps", () => {
  const said = recorded("none-starts").map(progressOf);
  expect(said.filter((text) => text !== undefined)).toEqual([
    "0/19 minikube v1.38.1 on Debian 12.11 (docker/amd64)",
    "1/19 Using the none driver based on user configuration",
    '3/19 Starting "minikube" primary control-plane node in "minikube" cluster',
    "6/19 Running on localhost (CPUs=2, Memory=24105MB, Disk=258019MB)",
    "7/19 OS release is Debian GNU/Linux 12 (bookworm)",
    "11/19 Preparing Kubernetes v1.34.4 on containerd 1.6.20",
    "12/19 Generating certificates and keys",
    "13/19 Booting up control plane",
    "14/19 Configuring RBAC rules",
    "15/19 Configuring bridge CNI (Container Networking Interface)",
    "16/19 Configuring local host environment",
    "17/19 Verifying Kubernetes components",
    "18/19 Enabled addons: default-storageclass, storage-provisioner",
    '19/19 Done! kubectl is now configured to use "minikube" cluster and "default" namespace by default',
  ]);
});

describe("a failure", () => {
  test("of a driver that does not run has minikube's reason, advice and URL", () => {
    const said = recorded("docker-does-not-run");
    expect(said.map(progressOf).filter((text) => text !== undefined)).toEqual([
      "0/19 [rec] minikube v1.38.1 on Debian 12.11 (docker/amd64)",
      "1/19 Using the docker driver based on user configuration",
    ]);
    expect(failureOf(said, "minikube start", "rec", "")).toMatchObject({
      what: expect.stringMatching(/Cannot connect to the Docker daemon .* \(PROVIDER_DOCKER_NOT_RUNNING\)$/),
      where: "minikube start, profile rec",
      fix: expect.stringMatching(
        /^Start the Docker service\n +see https:\/\/minikube\.sigs\.k8s\.io\/docs\/drivers\/docker\/$/,
      ),
    });
  });

  test("of a driver that is not installed has them too", () => {
    expect(failureOf(recorded("kvm2-is-not-there"), "minikube start", "rec", "")).toMatchObject({
      what: `The 'kvm2' provider was not found: exec: "virsh": executable file not found in $PATH (PROVIDER_KVM2_NOT_FOUND)`,
      fix: expect.stringContaining("Install libvirt"),
    });
  });

  test("without an event of minikube has its standard error", () => {
    expect(failureOf([], "minikube start", "team", "panic: out of luck\n")).toMatchObject({
      what: "minikube failed: panic: out of luck",
      fix: "see minikube logs -p team",
    });
  });

  test("of an aborted command is not explained by harmless messages", () => {
    const said = recorded("none-starts");
    expect(failureOf(said, "minikube start", "minikube", "signal: killed").what).toBe(
      "minikube failed: signal: killed",
    );
  });

  test("of a deletion is the last error, not the log", () => {
    const log = "E1125 10:03:41.222300   22771 delete.go:525] unpause failed\nstdout:\n\nstderr:\n";
    expect(failureOf(recorded("deletion-without-kubeadm"), "minikube delete", "minikube", log).what).toMatch(
      /^minikube failed: Failed to delete profile\(s\): .* \| env: ‘kubeadm’: No such file or directory$/,
    );
    expect(failureOf([], "minikube delete", "minikube", log).what).toMatch(/delete.go:525\] unpause failed$/);
  });

  test("is the error that ended the command, not the last error event", () => {
    const error = (message: string, exitCode?: number): MinikubeEvent => ({
      ...{ kind: "error", name: "", message, advice: "", url: "", issues: "", exitCode },
    });
    const said = [error("unhealthy", 69), error("see the log")];
    expect(failureOf(said, "minikube start", "team", "").what).toBe("unhealthy");
  });
});
