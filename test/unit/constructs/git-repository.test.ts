import * as pulumi from "@pulumi/pulumi";
import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { GitRepository, type GitRepositoryProps } from "../../../constructs/git-repository.js";

const url = "https://gitlab.com/paulboisson/article-gitops-fluxcd-application.git";

test("renders what `flux create source git` makes", () => {
  // GIVEN
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  // WHEN
  new GitRepository(chart, "myappsource", { url, interval: Duration.minutes(1) });
  // THEN
  expect(Testing.synth(chart)).toEqual([
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata: { name: "myappsource", namespace: "default" },
      spec: { interval: "1m", url, ref: { branch: "main" } },
    },
  ]);
});

test("renders every optional field that is given, and no other", () => {
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  new GitRepository(chart, "app", {
    url,
    branch: "next",
    secretName: "read",
    timeout: Duration.seconds(20),
    ignore: "/docs",
    suspend: true,
    labels: { team: "web" },
  });
  expect(Testing.synth(chart)[0]).toEqual({
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { name: "app", namespace: "default", labels: { team: "web" } },
    spec: {
      interval: "1m",
      url,
      ref: { branch: "next" },
      secretRef: { name: "read" },
      timeout: "20s",
      ignore: "/docs",
      suspend: true,
    },
  });
});

test("refuses every fault at once, naming the construct", () => {
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  const wrong = { url: "gitlab.com/x", branch: "", interval: "1 minute", secretName: "A" };
  new GitRepository(chart, "app", wrong as unknown as GitRepositoryProps);
  expect(() => Testing.synth(chart)).toThrow(
    /\[delivery\/app\] url: expected https:\/\/HOST\/PATH\.git, got "gitlab\.com\/x"[\s\S]*branch: expected a name, got ""[\s\S]*interval: expected a cdk8s Duration[^\n]*got "1 minute"[\s\S]*secretName: expected/,
  );
});

test("an interval of zero is refused by validation, not by a crash while the tree is built", () => {
  const chart = new Chart(new App(), "delivery");
  new GitRepository(chart, "app", { url, interval: Duration.seconds(0) });
  expect(() => Testing.synth(chart)).toThrow(
    /\[delivery\/app\] interval: expected whole milliseconds, longer than zero/,
  );
});

test("a password in the address is refused without being repeated", () => {
  const chart = new Chart(new App(), "delivery");
  new GitRepository(chart, "app", { url: "https://git:canary-1234@gitlab.com/a/b.git" });
  expect(() => Testing.synth(chart)).toThrow(/url: expected an address without a password/);
  expect(() => Testing.synth(chart)).not.toThrow(/canary-1234/);
});

test("a Pulumi Output is refused, naming construct and field, together with the other faults", () => {
  // GIVEN
  const chart = new Chart(new App(), "delivery");
  const output = pulumi.output(url) as unknown as string;
  // WHEN
  new GitRepository(chart, "app", { url: output, branch: "", labels: { owner: output }, name: output });
  // THEN
  expect(() => Testing.synth(chart)).toThrow(
    /\[delivery\/app\] url: expected a plain value, got a Pulumi Output[\s\S]*labels\.owner: expected a plain value[\s\S]*name: expected a plain value[\s\S]*branch: expected a name/,
  );
  expect(() => Testing.synth(chart)).not.toThrow(/url: expected https/);
});
