import { App, Chart, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { Alert, type AlertProps } from "../../../constructs/alert.js";
import { GitRepository } from "../../../constructs/git-repository.js";
import { Kustomization } from "../../../constructs/kustomization.js";
import { NotificationProvider } from "../../../constructs/notification-provider.js";
import { Receiver, type ReceiverProps } from "../../../constructs/receiver.js";

const url = "https://gitlab.com/paulboisson/article-gitops-fluxcd-application.git";

function delivery() {
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  return { chart, source: new GitRepository(chart, "myappsource", { url }) };
}

test("a Receiver fetches a source at once when GitLab says that something was pushed", () => {
  const { chart, source } = delivery();
  new Receiver(chart, "gitlab", { type: "gitlab", events: ["Push Hook"], secretName: "webhook", resources: [source] });
  expect(Testing.synth(chart)[1]).toEqual({
    apiVersion: "notification.toolkit.fluxcd.io/v1",
    kind: "Receiver",
    metadata: { name: "gitlab", namespace: "default" },
    spec: {
      type: "gitlab",
      events: ["Push Hook"],
      secretRef: { name: "webhook" },
      resources: [{ kind: "GitRepository", name: "myappsource" }],
    },
  });
});

test("an Alert tells a provider about all Kustomizations", () => {
  const { chart, source } = delivery();
  const provider = new NotificationProvider(chart, "status", { type: "gitlab", address: url, secretName: "write" });
  const all = Kustomization.named("*", { external: true });
  new Alert(chart, "all", { provider, sources: [source, all], eventSeverity: "error" });
  const [, status, alert] = Testing.synth(chart);
  expect(status).toMatchObject({
    apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
    kind: "Provider",
    spec: { type: "gitlab", address: url, secretRef: { name: "write" } },
  });
  expect(alert.spec).toEqual({
    providerRef: { name: "status" },
    eventSources: [
      { kind: "GitRepository", name: "myappsource" },
      { kind: "Kustomization", name: "*" },
    ],
    eventSeverity: "error",
  });
});

test("faults are refused at once, naming the constructs", () => {
  const { chart } = delivery();
  new Receiver(chart, "gitlab", { type: "gitlab", secretName: "" } as unknown as ReceiverProps);
  const elsewhere = NotificationProvider.named("nobody");
  new Alert(chart, "all", { provider: elsewhere, sources: [GitRepository.named("nothing")] });
  new Alert(chart, "none", {} as AlertProps);
  new NotificationProvider(chart, "chat", { type: "slack", address: "https://me:canary-1234@chat.example.org" });
  expect(() => Testing.synth(chart)).toThrow(
    /delivery\/gitlab\] resources:[\s\S]*delivery\/gitlab\] secretName:[\s\S]*delivery\/all\] provider: Provider default\/nobody is not in[\s\S]*delivery\/all\] sources\[0\]: GitRepository default\/nothing is not in[\s\S]*delivery\/none\] provider:[\s\S]*delivery\/none\] sources:[\s\S]*delivery\/chat\] address: expected an address without a password/,
  );
  expect(() => Testing.synth(chart)).not.toThrow(/canary-1234/);
});
