import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseEnvironments, type SettingsFiles, settingsFor } from "../../../apps/environments.js";
import { appsInput, buildApps } from "../../../apps/main.js";
import { readSettingsFiles, settingsFile } from "../../../apps/settings-file.js";
import { UserError } from "../../../packages/kit/user-error.js";
import { renderTrees } from "../../../packages/manifests/tree.js";

const settings = readFileSync(settingsFile, "utf8");
const environments = `
environments:
  - name: staging
    settings:
      nginx: { replicas: 1 }
  - name: production
    soak: 30m
    settings: { nginx: { replicas: 5, image: nginx:1.14.3 } }
    exclude: []
`;
const files: SettingsFiles = { settings, environments };

function refused(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

const render = (name: string | undefined) =>
  renderTrees(
    buildApps(appsInput({ cluster: "east", ...settingsFor(files, name) }, settingsFor(files, name).settings)),
  );

test("the committed file names none, so that every stack gets the settings as they are", async () => {
  expect(parseEnvironments((await readSettingsFiles()).environments)).toEqual([]);
});

test("each knows its place in the order of promotion", () => {
  expect(parseEnvironments(environments)).toMatchObject([
    { name: "staging", position: 0, soak: 0, exclude: [] },
    { name: "production", position: 1, previous: "staging", soak: 30 * 60_000, autoMerge: false },
  ]);
});

test("the settings of an environment are those of all, with what differs", () => {
  expect(settingsFor(files, undefined).settings.nginx).toMatchObject({ replicas: 3, image: "nginx:1.14.2" });
  expect(settingsFor(files, "staging").settings.nginx).toMatchObject({ replicas: 1, image: "nginx:1.14.2" });
  expect(settingsFor(files, "production").settings.nginx).toMatchObject({
    replicas: 5,
    image: "nginx:1.14.3",
    port: 80,
  });
});

test("each has a folder of its own with one list of files, and Flux applies that folder", () => {
  const { setup, application } = render("staging");
  expect([...application.keys()]).toEqual([
    "environments/staging/infra/deployment.yaml",
    "environments/staging/.timonier-tree.json",
  ]);
  expect(application.get("environments/staging/infra/deployment.yaml")).toContain("replicas: 1");
  expect(setup.get("clusters/east/myapp.yaml")).toContain("path: ./environments/staging/infra\n");
});

test("without an environment everything is as before", () => {
  const { setup, application } = render(undefined);
  expect([...application.keys()]).toEqual(["infra/deployment.yaml", "infra/.timonier-tree.json"]);
  expect(setup.get("clusters/east/myapp.yaml")).toContain("path: ./infra\n");
});

test("an excluded application is in no repository", () => {
  const without = { ...files, environments: "environments: [{ name: staging, exclude: [nginx] }]" };
  const read = settingsFor(without, "staging");
  const { setup, application } = renderTrees(buildApps(appsInput({ cluster: "east", ...read }, read.settings)));
  expect([...application.keys()]).toEqual([]);
  expect([...setup.keys()]).toEqual(["clusters/east/myappsource.yaml", "clusters/east/.timonier-tree.json"]);
});

test("what is wrong in the file is reported at once, each under its path", () => {
  const wrong = `
environments:
  - { name: staging, soak: 5m, autoMerge: true, exclude: [ngnix] }
  - { name: staging }
`;
  const { what, where } = refused(() => parseEnvironments(wrong));
  expect(where).toBe("apps/environments.yaml");
  expect(what.split("\n").map((line) => line.trim())).toEqual([
    "4 settings are wrong:",
    "environments.0.soak: the first environment has none before it; remove the soak time",
    "environments.0.autoMerge: nothing is promoted to the first environment; remove the setting",
    "environments.0.exclude.0: unknown application ngnix; did you mean nginx?",
    "environments.1.name: there is already an environment staging",
  ]);
});

test.each([
  ["environments: 3", "environments: expected a list of environments, got 3"],
  ["environments: [{ name: Staging }]", "environments.0.name: expected a name of at most 63"],
  ["environments: [{ name: a, settings: [] }]", "environments.0.settings: expected a map of settings, got []"],
  ["environments: [{ name: a, sok: 1m }]", 'environments.0.sok: unknown; did you mean "soak"?'],
  ["environments: [", "Flow sequence"],
  ["", "the settings: expected a section, got null"],
])("%j is refused", (yaml, message) => {
  expect(refused(() => parseEnvironments(yaml)).what).toContain(message);
});

test("a wrong difference names the environment and the setting", () => {
  const wrong = {
    ...files,
    environments: "environments: [{ name: staging, settings: { nginx: { replcas: 1, port: null } } }]",
  };
  const { what, where } = refused(() => settingsFor(wrong, "staging"));
  expect(where).toBe("apps/environments.yaml, settings of environment staging");
  expect(what).toContain('nginx.replcas: unknown; did you mean "replicas"?');
  expect(what).toContain("nginx.port: expected a whole number from 1 to 65535, got nothing");
});

test("an unknown environment is refused with those that there are", () => {
  const { what, fix } = refused(() => settingsFor(files, "stagng"));
  expect(what).toBe("unknown environment stagng; did you mean staging?");
  expect(fix).toBe("use one of staging, production");
});
