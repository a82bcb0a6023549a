import { readFileSync } from "node:fs";
import { Duration } from "cdk8s";
import { expect, test } from "vitest";
import { z } from "zod";
import { applicationFolders, appsInput, buildApps } from "../../../apps/main.js";
import { nginx } from "../../../apps/nginx.js";
import { parseSettings } from "../../../apps/settings.js";
import { settingsFile } from "../../../apps/settings-file.js";
import { type Application, defineApplication } from "../../../constructs/application.js";
import { WebService } from "../../../constructs/web-service.js";
import { renderTrees } from "../../../packages/manifests/tree.js";

const settings = parseSettings(readFileSync(settingsFile, "utf8"));
const url = "https://gitlab.com/team/application.git";

const database = defineApplication({
  name: "database",
  settings: z.strictObject({ image: z.string() }),
  namespace: "data",
  timeout: Duration.minutes(10),
  build: ({ file }, { image }) => void new WebService(file("database"), "database", { image }),
});

const shop = defineApplication({
  name: "shop",
  settings: z.strictObject({ image: z.string() }),
  dependsOn: [database],
  build: ({ file }, { image }) => {
    new WebService(file("web"), "web", { image });
    new WebService(file("api"), "api", { image });
  },
});

function render(list: readonly Application[]) {
  const section = { image: "registry.example.org/team/image:1.0.0" };
  const input = appsInput(
    { cluster: "embedded", applicationUrl: url },
    { ...settings, ...{ database: section, shop: section } },
  );
  return renderTrees(buildApps(input, list));
}

const all = [nginx, database, shop] as unknown as readonly Application[];

test("each application has a folder of its own, and those below applications/ share one list", () => {
  const { application } = render(all);
  expect([...application.keys()]).toEqual([
    "infra/deployment.yaml",
    "infra/.timonier-tree.json",
    "applications/database/database.yaml",
    "applications/shop/api.yaml",
    "applications/shop/web.yaml",
    "applications/.timonier-tree.json",
  ]);
  const list = JSON.parse(application.get("applications/.timonier-tree.json") ?? "");
  expect(Object.keys(list.files)).toEqual(["database/database.yaml", "shop/api.yaml", "shop/web.yaml"]);
});

test("each application has a Kustomization of its own, which waits for its objects and its dependencies", () => {
  const { setup } = render(all);
  expect(setup.get("clusters/embedded/shop.yaml")).toBe(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
  namespace: default
spec:
  dependsOn:
    - name: database
  interval: 1m
  path: ./applications/shop
  prune: true
  sourceRef:
    kind: GitRepository
    name: myappsource
  targetNamespace: default
  timeout: 5m
  wait: true
`);
});

test("a namespace that an application owns is created beside its Kustomization", () => {
  const { setup } = render(all);
  expect(setup.get("clusters/embedded/database.yaml")).toBe(`apiVersion: v1
kind: Namespace
metadata:
  name: data
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: database
  namespace: default
spec:
  interval: 1m
  path: ./applications/database
  prune: true
  sourceRef:
    kind: GitRepository
    name: myappsource
  targetNamespace: data
  timeout: 10m
  wait: true
`);
});

test("what the document says about nginx does not depend on other applications", () => {
  const [one, more] = [render([nginx] as unknown as readonly Application[]), render(all)];
  for (const [path, content] of one.application) expect(more.application.get(path)).toBe(content);
  expect(more.setup.get("clusters/embedded/myapp.yaml")).toBe(one.setup.get("clusters/embedded/myapp.yaml"));
  expect([...one.application.keys()]).toEqual(["infra/deployment.yaml", "infra/.timonier-tree.json"]);
});

test("without its last application the folder still belongs to synthesis", () => {
  expect(applicationFolders(undefined)).toEqual(["infra", "applications"]);
  expect(applicationFolders({ name: "staging", position: 0, exclude: [] })).toEqual(["environments/staging"]);
});

test("an unknown section of the settings is refused, and the closest one is named", () => {
  expect(() => parseSettings(readFileSync(settingsFile, "utf8").replace("nginx:\n", "ngnix:\n"))).toThrow(
    /ngnix: unknown; did you mean "nginx"\?/,
  );
});
