import { App, Chart, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { Bucket } from "../../../constructs/bucket.js";
import { GitRepository } from "../../../constructs/git-repository.js";
import { HelmRelease } from "../../../constructs/helm-release.js";
import { HelmRepository } from "../../../constructs/helm-repository.js";
import { ImageRepository } from "../../../constructs/image-repository.js";
import { Kustomization } from "../../../constructs/kustomization.js";
import { NotificationProvider } from "../../../constructs/notification-provider.js";
import { OCIRepository } from "../../../constructs/oci-repository.js";
import { WebServer } from "../../../constructs/web-server.js";

const delivery = () => new Chart(new App(), "delivery", { namespace: "default" });

const made: Readonly<Record<string, (chart: Chart, url: string) => void>> = {
  GitRepository: (chart, url) => new GitRepository(chart, "x", { url: `${url}.git` }),
  HelmRepository: (chart, url) => new HelmRepository(chart, "x", { url }),
  OCIRepository: (chart, url) => new OCIRepository(chart, "x", { url: url.replace("https", "oci") }),
  Bucket: (chart, url) => new Bucket(chart, "x", { bucketName: "b", endpoint: url }),
  Provider: (chart, url) => new NotificationProvider(chart, "x", { type: "gitlab", address: url }),
  ImageRepository: (chart, url) => new ImageRepository(chart, "x", { image: url }),
};

const credentials = ["canary-1234", "canary-1234:", ":canary-1234", "oauth2:canary-1234", "oauth2%3Acanary-1234"];

test.each(Object.keys(made).flatMap((kind) => credentials.map((user) => [kind, user] as const)))(
  "a %s refuses %s in its address, and does not repeat it",
  (kind, user) => {
    const chart = delivery();
    made[kind]?.(chart, `https://${user}@host.example.org/group/app`);
    expect(() => Testing.synth(chart)).toThrow(/expected an address without a password or token/);
    expect(() => Testing.synth(chart)).not.toThrow(/canary-1234/);
  },
);

test("the user of an SSH address is no credential, a password beside it is", () => {
  const chart = delivery();
  new GitRepository(chart, "good", { url: "ssh://git@host.example.org/group/app.git" });
  expect(() => Testing.synth(chart)).not.toThrow();
  new GitRepository(chart, "bad", { url: "ssh://git:canary-1234@host.example.org/group/app.git" });
  expect(() => Testing.synth(chart)).toThrow(/delivery\/bad\] url: expected an address without a password/);
});

test("a path may hold an at sign", () => {
  const chart = delivery();
  new GitRepository(chart, "x", { url: "https://host.example.org/group/app@2.git" });
  expect(() => Testing.synth(chart)).not.toThrow();
});

test.each([
  [53, true],
  [54, true],
  [63, true],
  [64, false],
])("a name of %i characters fits a Kustomization and a HelmRelease: %s", (length, fits) => {
  const chart = delivery();
  const source = GitRepository.named("app", { external: true });
  const name = "a".repeat(length);
  new Kustomization(chart, "kustomization", { name, source });
  new HelmRelease(chart, "release", { name, chart: { chart: "./chart", source } });
  if (fits) expect(() => Testing.synth(chart)).not.toThrow();
  else
    expect(() => Testing.synth(chart)).toThrow(
      /kustomization\] name: expected a name of at most 63 characters[\s\S]*release\] name: expected a name of at most 63 characters/,
    );
});

test("a release's own name is not shortened: more than 53 characters are refused", () => {
  const chart = delivery();
  const source = GitRepository.named("app", { external: true });
  new HelmRelease(chart, "release", { releaseName: "a".repeat(54), chart: { chart: "./chart", source } });
  expect(() => Testing.synth(chart)).toThrow(/releaseName: expected at most 53 characters/);
});

test("a registry may have upper-case letters, what follows may not", () => {
  const chart = delivery();
  new ImageRepository(chart, "good", { image: "Registry.Example.org:5000/team/app" });
  new WebServer(chart, "web", { app: "web", image: "Registry.Example.org/team/app:1.0", replicas: 1 });
  expect(() => Testing.synth(chart)).not.toThrow();
  new ImageRepository(chart, "bad", { image: "registry.example.org/Team/app" });
  new WebServer(chart, "worse", { app: "web", image: "registry.example.org/Team/app:1.0", replicas: 1 });
  expect(() => Testing.synth(chart)).toThrow(/bad\] image: [\s\S]*worse\] image: /);
});
