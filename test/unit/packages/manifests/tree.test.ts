import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Duration } from "cdk8s";
import { expect, test } from "vitest";
import type { AppsInput } from "../../../../apps/main.js";
import { parseSettings } from "../../../../apps/settings.js";
import { settingsFile } from "../../../../apps/settings-file.js";
import { synthesize } from "../../../../infra/delivery/synthesize.js";
import { joinTrees, type Tree } from "../../../../packages/manifests/tree.js";

const settings = parseSettings(readFileSync(settingsFile, "utf8"));
const input: AppsInput = {
  cluster: "embedded",
  application: {
    url: "https://gitlab.com/paulboisson/article-gitops-fluxcd-application.git",
    branch: "main",
    secretName: "myappsource",
  },
  settings,
};

test("the setup repository gets one file for the source and one for the kustomization", () => {
  expect(manifests(synthesize(input).setup)).toEqual({
    "clusters/embedded/myapp.yaml": `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: myapp
  namespace: default
spec:
  interval: 1m
  path: ./infra
  prune: true
  sourceRef:
    kind: GitRepository
    name: myappsource
  targetNamespace: default
`,
    "clusters/embedded/myappsource.yaml": `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: myappsource
  namespace: default
spec:
  interval: 1m
  ref:
    branch: main
  secretRef:
    name: myappsource
  url: https://gitlab.com/paulboisson/article-gitops-fluxcd-application.git
`,
  });
});

test("the application repository gets the document's deployment.yaml", () => {
  expect(manifests(synthesize(input).application)).toEqual({
    "infra/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-deployment
spec:
  minReadySeconds: 5
  replicas: 3
  selector:
    matchLabels:
      app: nginx
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
        - image: nginx:1.14.2
          name: nginx
          ports:
            - containerPort: 80
`,
  });
});

test("each folder has the list of what was synthesized there, with the digests of sha256sum", () => {
  const { setup, application } = synthesize(input);
  expect([...setup.keys()].at(-1)).toBe("clusters/embedded/.timonier-tree.json");
  const list = JSON.parse(application.get("infra/.timonier-tree.json") ?? "");
  const digest = createHash("sha256")
    .update(application.get("infra/deployment.yaml") ?? "")
    .digest("hex");
  expect(list).toEqual({ version: 1, files: { "deployment.yaml": digest } });
});

test("the same input gives the same bytes in the same order", () => {
  const [one, other] = [synthesize(input), synthesize(structuredCloneOf(input))];
  expect([...one.setup]).toEqual([...other.setup]);
  expect([...one.application]).toEqual([...other.application]);
});

test("changing 3 replicas to 2 changes one line of one manifest", () => {
  const fewer = synthesize({ ...input, settings: { ...settings, nginx: { ...settings.nginx, replicas: 2 } } });
  const before = synthesize(input);
  expect(fewer.setup).toEqual(before.setup);
  const file = "infra/deployment.yaml";
  expect([...fewer.application.keys()]).toEqual([...before.application.keys()]);
  expect(fewer.application.get(file)).toBe(before.application.get(file)?.replace("replicas: 3", "replicas: 2"));
});

test("a public repository needs no Secret", () => {
  const { url, branch } = input.application;
  const { setup } = synthesize({ ...input, application: { url, branch } });
  expect(setup.get("clusters/embedded/myappsource.yaml")).not.toContain("secretRef");
});

test("several clusters: each its folder, and the applications once", () => {
  const [one, other] = [synthesize(input), synthesize({ ...input, cluster: "paris" })];
  const joined = joinTrees([one, other]);
  expect([...joined.setup]).toEqual([...one.setup, ...other.setup]);
  expect(joined.application).toEqual(one.application);
  expect(() => joinTrees([one, one])).toThrow(/two stacks write the file "clusters\/embedded\//);
  const fewer = { ...settings, nginx: { ...settings.nginx, replicas: 2 } };
  expect(() => joinTrees([one, synthesize({ ...input, cluster: "paris", settings: fewer })])).toThrow(
    /the applications of two clusters differ in infra\/deployment.yaml/,
  );
});

test("validation errors of both trees are reported together, with the constructs", () => {
  const wrong: AppsInput = {
    ...input,
    application: { url: "gitlab.com/x", branch: "" },
    settings: {
      ...settings,
      delivery: { namespace: "default", interval: Duration.seconds(0) },
      nginx: { ...settings.nginx, replicas: -1 },
    },
  };
  expect(() => synthesize(wrong)).toThrow(
    expect.objectContaining({
      name: "UserError",
      what: [
        "the constructs have 5 validation errors:",
        '    myappsource/source: url: expected https://HOST/PATH.git, got "gitlab.com/x"',
        '    myappsource/source: branch: expected a name, got ""',
        '    myappsource/source: interval: expected whole milliseconds, longer than zero, got "0ms"',
        '    myapp/kustomization: interval: expected whole milliseconds, longer than zero, got "0ms"',
        "    deployment/nginx: replicas: expected a whole number of at least 0, got -1",
      ].join("\n"),
    }),
  );
});

test.each(["", "Embedded", "../x", "a/b", "a".repeat(64)])("a cluster called %j is refused", (cluster) => {
  expect(() => synthesize({ ...input, cluster })).toThrow(/invalid cluster name/);
});

/** The YAML files of a tree. */
function manifests(tree: Tree): Record<string, string> {
  return Object.fromEntries([...tree].filter(([path]) => path.endsWith(".yaml")));
}

/** Another object with the same content; Durations are values of their own class. */
function structuredCloneOf({ cluster, application, settings: { delivery, nginx, ...rest } }: AppsInput): AppsInput {
  const milliseconds = delivery.interval.toMilliseconds();
  return {
    settings: { nginx: { ...nginx }, delivery: { ...delivery, interval: Duration.millis(milliseconds) }, ...rest },
    application: { ...application },
    cluster,
  };
}
