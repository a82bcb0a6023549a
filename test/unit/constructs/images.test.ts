import { App, Chart, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { GitRepository } from "../../../constructs/git-repository.js";
import { ImagePolicy, type ImagePolicyProps } from "../../../constructs/image-policy.js";
import { ImageRepository } from "../../../constructs/image-repository.js";
import { ImageUpdateAutomation, type ImageUpdateAutomationProps } from "../../../constructs/image-update-automation.js";

const images = () => new Chart(new App(), "images", { namespace: "default" });

test("the newest patch of nginx is committed to a branch of its own", () => {
  // GIVEN
  const chart = images();
  const source = new GitRepository(chart, "app", { url: "https://gitlab.com/a/b.git", secretName: "write" });
  // WHEN
  const repository = new ImageRepository(chart, "nginx", { image: "docker.io/library/nginx" });
  new ImagePolicy(chart, "patches", { repository, policy: { semver: { range: "1.14.x" } } });
  const author = { name: "flux", email: "flux@example.org" };
  new ImageUpdateAutomation(chart, "updates", { source, pushBranch: "flux/images", author, path: "./infra" });
  // THEN
  expect(Object.fromEntries(Testing.synth(chart).map(({ kind, spec }) => [kind, spec]))).toMatchObject({
    ImageRepository: { image: "docker.io/library/nginx", interval: "10m" },
    ImagePolicy: { imageRepositoryRef: { name: "nginx" }, policy: { semver: { range: "1.14.x" } } },
    ImageUpdateAutomation: {
      interval: "10m",
      sourceRef: { kind: "GitRepository", name: "app" },
      git: { commit: { author }, push: { branch: "flux/images" } },
      update: { path: "./infra", strategy: "Setters" },
    },
  });
});

test("push options ask GitLab for a merge request, which needs another branch than its target", () => {
  const chart = images();
  const source = new GitRepository(chart, "app", { url: "https://gitlab.com/a/b.git" });
  const author = { name: "flux", email: "flux@example.org" };
  const pushOptions = { "merge_request.create": "true", "merge_request.target": "main" };
  new ImageUpdateAutomation(chart, "updates", { source, pushBranch: "images", pushOptions, author });
  expect(Testing.synth(chart).at(-1).spec.git.push).toEqual({ branch: "images", options: pushOptions });
  new ImageUpdateAutomation(chart, "main", { source, pushBranch: "main", pushOptions, author });
  expect(() => Testing.synth(chart)).toThrow(/images\/main\] pushBranch: expected another branch than the target/);
});

test("faults are refused at once, naming the constructs", () => {
  const chart = images();
  new ImageRepository(chart, "nginx", { image: "docker.io/library/nginx:1" });
  new ImagePolicy(chart, "two", {
    repository: ImageRepository.named("nobody"),
    policy: { semver: { range: "1" }, numerical: { order: "asc" } },
  });
  new ImagePolicy(chart, "none", {} as ImagePolicyProps);
  new ImageUpdateAutomation(chart, "updates", { pushBranch: "" } as ImageUpdateAutomationProps);
  expect(() => Testing.synth(chart)).toThrow(
    /images\/nginx\] image:[\s\S]*images\/two\] repository: ImageRepository default\/nobody is not in[\s\S]*images\/two\] policy: expected one of[\s\S]*images\/none\] repository:[\s\S]*images\/none\] policy:[\s\S]*images\/updates\] source:[\s\S]*pushBranch:[\s\S]*author\.name:[\s\S]*author\.email:/,
  );
});
