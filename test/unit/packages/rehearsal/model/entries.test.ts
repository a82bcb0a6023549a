import { expect, test } from "vitest";
import {
  namespacesOf,
  undefinedSources,
  withArtifacts,
} from "../../../../../packages/rehearsal/model/entries/root-objects.js";
import { clustersOf } from "../../../../../packages/rehearsal/model/entries.js";
import { textAt } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { spellingsOf } from "../../../../../packages/rehearsal/model/repository-url.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";
import { pathRoot, routing } from "../../../../../packages/rehearsal/model/source-routes.js";

const origin = "git@h.example:g/fleet.git";
const url = "https://h.example/g/fleet";

const source = (name: string, address = url) =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: ${name}, namespace: flux-system}\nspec: {url: '${address}', ref: {branch: main}}\n`;
const applied = (name: string, path: string, of = name) =>
  `---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: flux-system}\nspec: {path: ${path}, sourceRef: {kind: GitRepository, name: ${of}}}\n`;
const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

function clusters(files: Record<string, string>, of: string | undefined = origin) {
  const all = new Map(Object.entries(files));
  return clustersOf({ documents: scan(all), files: all, origin: of, branch: "main" });
}

const names = (files: Record<string, string>, of?: string) => clusters(files, of).map(({ cluster }) => cluster);

test("a cluster is a folder with gotk-sync.yaml, and its source and others with its address read its tree", () => {
  const sync = source("flux-system", "ssh://git@h.example/g/setup");
  const files = new Map([
    ["clusters/prod/flux-system/gotk-sync.yaml", sync],
    ["clusters/prod/x.yaml", source("same", "https://h.example/g/setup.git")],
  ]);
  const base = scan(files);
  const [root] = clustersOf({ documents: base, files, branch: "main" });
  expect(root?.cluster).toBe("clusters/prod");
  const routes = routing([{ name: "t0", as: [], base, head: base }], root as NonNullable<typeof root>);
  expect(routes).toEqual({
    "flux-system/flux-system": "t0",
    "https://h.example/g/setup.git": "t0",
    "ssh://git@h.example/g/setup": "t0",
  });
});

test.each([
  [
    "a FluxInstance",
    "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\nspec:\n  sync: ",
  ],
  [
    "values of its chart's release",
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: flux-instance}\nspec:\n  values:\n    instance:\n      sync: ",
  ],
  ["a file with values of its chart", "instance:\n  distribution: {version: 2.x}\n  sync:\n    "],
])("a cluster begins with the sync of %s", (_, before) => {
  const sync = `{kind: GitRepository, url: "${url}", ref: refs/heads/prod, path: ./kubernetes/flux}\n`;
  const file = before.endsWith("    ")
    ? `${before}{}\n`.replace(
        "    {}",
        `${sync
          .slice(1, -2)
          .split(", ")
          .map((line) => `    ${line}`)
          .join("\n")}`,
      )
    : before + sync;
  const [root, ...more] = clusters({ "x/flux.yaml": file });
  expect(more).toEqual([]);
  expect(root?.cluster).toBe("kubernetes/flux");
  const [repository, kustomization] = root?.objects ?? [];
  expect(repository).toMatchObject({
    kind: "GitRepository",
    metadata: { name: "flux-system", namespace: "flux-system" },
    spec: { url, ref: { name: "refs/heads/prod" } },
  });
  expect(textAt(kustomization, "spec", "path")).toBe("./kubernetes/flux");
});

test("a FluxInstance that follows an artifact stands for this repository, and the report says so", () => {
  const file =
    "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: gitops}\nspec: {sync: {kind: OCIRepository, url: 'oci://ghcr.io/g/fleet', ref: latest, path: clusters/prod}}\n";
  const [root] = clusters({ "a.yaml": file });
  expect(root?.simulated).toEqual(["OCIRepository gitops/gitops (oci://ghcr.io/g/fleet) reads this repository"]);
  expect(root?.objects[0]).toMatchObject({ kind: "GitRepository", metadata: { name: "gitops", namespace: "gitops" } });
  expect(namespacesOf(root?.objects ?? [])).toMatchObject([{ kind: "Namespace", metadata: { name: "gitops" } }]);
});

test("a source and its Kustomizations that were written by hand are a cluster", () => {
  const files = {
    "bootstrap/sync.yaml": source("fleet") + applied("infra", "./infra", "fleet") + applied("apps", "apps", "fleet"),
    "infra/a.yaml": map,
    "apps/a.yaml": map,
  };
  const [root, ...more] = clusters(files);
  expect(more).toEqual([]);
  expect(root?.cluster).toBe("bootstrap");
  expect(root?.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    "GitRepository fleet",
    "Kustomization infra",
    "Kustomization apps",
  ]);
});

test("what a cluster applies is no other cluster: sources of tenants, applications with sources of their own", () => {
  const tenants = {
    "clusters/prod/flux-system/gotk-sync.yaml": source("flux-system") + applied("flux-system", "./clusters/prod"),
    "clusters/prod/tenants.yaml": applied("tenants", "./tenants/prod", "flux-system"),
    "tenants/prod/kustomization.yaml": "resources: [../base/team]\n",
    "tenants/base/team/kustomization.yaml": "resources: [sync.yaml]\n",
    "tenants/base/team/sync.yaml": source("team") + applied("team", "./"),
    "apps/podinfo/sync.yaml":
      source("podinfo", "https://github.com/stefanprodan/podinfo") + applied("podinfo", "./kustomize"),
  };
  expect(names(tenants)).toEqual(["clusters/prod"]);
  const { "clusters/prod/flux-system/gotk-sync.yaml": _bootstrapped, ...rest } = tenants;
  const byHand = {
    ...rest,
    "clusters/prod/sync.yaml": source("flux-system") + applied("flux-system", "./clusters/prod"),
  };
  expect(names(byHand)).toEqual(["clusters/prod"]);
});

test("two clusters by hand are two, and a fork's are found although their address is another", () => {
  const two = { "a/sync.yaml": source("a") + applied("a", "./a"), "b/sync.yaml": source("b") + applied("b", "./b") };
  expect(names(two)).toEqual(["a", "b"]);
  expect(names(two, "https://h.example/fork/fleet")).toEqual(["a", "b"]);
  expect(names({ "a.yaml": map })).toEqual([]);
});

test("sources that children name and nothing defines read the folder's tree", () => {
  const documents = scan(
    new Map([
      [
        "apps/child.yaml",
        `${applied("child", "./more", "fleet") + applied("other", "./x", "known")}---\n${source("known")}`,
      ],
    ]),
  );
  expect(undefinedSources(documents, ["flux-system", "default"])).toEqual(["flux-system/fleet"]);
  expect(undefinedSources(documents, ["default"])).toEqual([]);
  const root = pathRoot("./apps", "main", undefined, ["flux-system/fleet"]);
  expect(root.simulated).toEqual(["GitRepository flux-system/fleet reads this repository"]);
  const tree = { name: "t0", as: [], base: documents, head: documents };
  const routes = routing([tree], root);
  const fleet = root.objects.find(({ metadata }) => metadata.name === "fleet");
  expect(routes[textAt(fleet, "spec", "url") ?? ""]).toBe("t0");
});

test("a source that the cluster has outside of Git is served like those in the tree, however its address is written", () => {
  const root = pathRoot("./apps", "main", undefined);
  const tree = { name: "t0", origin, as: [], base: [], head: [] };
  const assumed = scan(new Map([["a.yaml", source("mine", "https://h.example:443/g/fleet.git/")]])).length;
  expect(assumed).toBe(1);
  const object = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { name: "mine", namespace: "x" },
    spec: { url: "https://h.example:443/g/fleet.git" },
  };
  expect(routing([tree], root, [object])["https://h.example:443/g/fleet.git"]).toBe("t0");
  for (const spelling of [
    "https://h.example/g/fleet",
    "https://h.example/g/fleet.git",
    "https://h.example/g/fleet/",
    "ssh://git@h.example/g/fleet.git",
  ])
    expect(routing([tree], root)[spelling]).toBe("t0");
  expect(spellingsOf("/a/folder")).toEqual([]);
});

test("a cluster that is not bootstrapped yet is the folder whose Kustomizations have no source", () => {
  const empty = {
    "clusters/prod/flux-system/gotk-sync.yaml": "# bootstrap writes this\n",
    "clusters/prod/tenants.yaml": applied("tenants", "./tenants", "flux-system"),
    "tenants/team.yaml": source("team") + applied("team", "./"),
  };
  const { "clusters/prod/flux-system/gotk-sync.yaml": _file, ...without } = empty;
  for (const files of [empty, without]) {
    const [root, ...more] = clusters(files);
    expect(more).toEqual([]);
    expect(root).toMatchObject({
      cluster: "clusters/prod",
      simulated: ["Flux bootstrapped with the folder clusters/prod, as GitRepository flux-system/flux-system"],
      objects: [{ metadata: { name: "flux-system" } }, { spec: { path: "./clusters/prod" } }],
    });
  }
});

test("a clone that the user gives for an artifact is read by a GitRepository of its name", () => {
  const file =
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: apps, namespace: x}\nspec: {url: 'oci://h/apps'}\n";
  const root = pathRoot("./apps", "main", undefined);
  const documents = scan(new Map([["a.yaml", file]]));
  expect(withArtifacts(root, documents, ["x/other"])).toBe(root);
  const more = withArtifacts(root, documents, ["x/apps"]);
  expect(more.artifacts).toEqual(["OCIRepository x/apps"]);
  expect(more.objects.at(-1)).toMatchObject({ kind: "GitRepository", metadata: { namespace: "x", name: "apps" } });
});
