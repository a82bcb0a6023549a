import { afterEach, expect, test, vi } from "vitest";
import { readSettingsFiles } from "../../../../apps/settings-file.js";
import { renderDiff } from "../../../../cli/environments/diff-text.js";
import { environmentDiff } from "../../../../cli/environments/environment-diff.js";
import { main } from "../../../../cli/main.js";

const { settings } = await readSettingsFiles();
const files = (staging: string, production: string) => ({
  settings,
  environments: `environments:\n  - ${staging}\n  - ${production}\n`,
});
const differing = files("{ name: staging, settings: { nginx: { replicas: 1 } } }", "name: production");

afterEach(() => void vi.restoreAllMocks());

test("settings and objects show the same difference", () => {
  const { settings, objects, applications } = environmentDiff(differing, "staging", "production");
  expect(settings).toEqual([{ path: "nginx.replicas", from: 1, to: 3 }]);
  expect(objects.map(({ repository, path, object, change }) => [repository, path, object, change])).toEqual([
    ["application", "infra/deployment.yaml", "Deployment nginx-deployment", "changed"],
  ]);
  expect(applications).toEqual({ onlyFrom: [], onlyTo: [] });
});

test("the other way round, the values are exchanged", () => {
  const { settings } = environmentDiff(differing, "production", "staging");
  expect(settings).toEqual([{ path: "nginx.replicas", from: 3, to: 1 }]);
});

test("an application that one excludes is named, and its settings are not compared", () => {
  const excluding = files(
    "{ name: staging, settings: { nginx: { replicas: 1 } } }",
    "{ name: production, exclude: [nginx] }",
  );
  const found = environmentDiff(excluding, "staging", "production");
  expect(found.applications).toEqual({ onlyFrom: ["nginx"], onlyTo: [] });
  expect(found.settings).toEqual([]);
  expect(found.objects.map(({ repository, object, change }) => [repository, object, change])).toEqual([
    ["application", "Deployment nginx-deployment", "removed"],
    ["setup", "Kustomization default/myapp", "removed"],
  ]);
  expect(environmentDiff(excluding, "production", "staging").applications).toEqual({ onlyFrom: [], onlyTo: ["nginx"] });
});

test("an unknown environment is an error with the names that there are", () => {
  expect(() => environmentDiff(differing, "staging", "prodution")).toThrow(
    /unknown environment prodution; did you mean production\?\n {2}where: diff staging prodution\n {2}fix: {3}use one of staging, production/,
  );
});

test("people see the settings as a table, and each object as a unified diff", () => {
  expect(renderDiff(environmentDiff(differing, "staging", "production"))).toBe(`SETTING         staging  production
nginx.replicas  1        3

application infra/deployment.yaml
--- Deployment nginx-deployment
+++ Deployment nginx-deployment
@@ -4,7 +4,7 @@
   name: nginx-deployment
 spec:
   minReadySeconds: 5
-  replicas: 1
+  replicas: 3
   selector:
     matchLabels:
       app: nginx`);
});

test("a value with control characters is quoted, and one that is not set is told apart from every text", () => {
  const settings = [
    { path: "a", from: "\u001b[31m", to: ["x"] },
    { path: "b", to: "plain text" },
  ];
  const text = renderDiff({
    from: "one",
    to: "two",
    applications: { onlyFrom: ["x", "y"], onlyTo: [] },
    settings,
    objects: [],
  });
  expect(text).toBe(`only in one: x, y

SETTING  one           two
a        "\\u001b[31m"  ["x"]
b        not set       plain text`);
});

test("equal environments say so", () => {
  expect(renderDiff(environmentDiff(files("name: staging", "name: production"), "staging", "production"))).toBe(
    "staging and production do not differ",
  );
});

test("the command reports an environment that apps/environments.yaml does not have", async () => {
  const said: unknown[] = [];
  vi.spyOn(console, "error").mockImplementation((text) => void said.push(text));
  expect(await main(["diff", "nowhere", "elsewhere"])).toBe(3);
  expect(said.join()).toContain("unknown environment nowhere");
});
