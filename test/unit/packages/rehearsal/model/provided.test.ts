import { expect, test } from "vitest";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import {
  restoredSource,
  sourceOption,
  unprovenRevisions,
  useOf,
} from "../../../../../packages/rehearsal/model/provided.js";
import { ORIGINAL, restore, SOURCE_KIND } from "../../../../../packages/rehearsal/model/restore.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";
import { object } from "./support.js";

const apiVersion = "source.toolkit.fluxcd.io/v1";
const source = (kind: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "default" },
  spec,
});

test("restores a HelmRepository as its manifest says it", () => {
  const changed = source("HelmRepository", { type: "oci", url: "oci://127.0.0.1:7/h/s0", insecure: true });
  const kept = ["oci://registry.example.com/charts", "login", "", "aws", ""].join("\n");
  expect(restore({ ...changed, metadata: { ...changed.metadata, annotations: { [ORIGINAL]: kept } } })).toEqual(
    source("HelmRepository", {
      type: "oci",
      url: "oci://registry.example.com/charts",
      secretRef: { name: "login" },
      provider: "aws",
    }),
  );
});

test("restores an OCIRepository with its revision and its signatures", () => {
  const changed = source("OCIRepository", { url: "oci://127.0.0.1:7/o/s0/web", insecure: true, ref: { tag: "given" } });
  const fields = [
    "oci://registry.example.com/web",
    "",
    "",
    "",
    "false",
    "",
    "",
    "v1",
    "",
    "",
    "sha256:1",
    "cosign",
    "",
  ];
  expect(restoredSource(changed, [...fields, "a\u001fb\u001ec\u001fd"])).toEqual({
    url: "oci://registry.example.com/web",
    insecure: false,
    ref: { tag: "v1", digest: "sha256:1" },
    verify: {
      provider: "cosign",
      matchOIDCIdentity: [
        { issuer: "a", subject: "b" },
        { issuer: "c", subject: "d" },
      ],
    },
  });
});

test("finds of which kind a source is, also where its manifest has no namespace", () => {
  const text = `apiVersion: ${apiVersion}
kind: OCIRepository
metadata: {name: web}
---
apiVersion: ${apiVersion}
kind: HelmRepository
metadata: {name: web, namespace: other}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: default}
spec: {sourceRef: {kind: OCIRepository, name: web}}
`;
  const documents = scan(new Map([["a.yaml", text]]));
  expect(useOf(documents, "default/web")).toEqual({ kinds: new Set(["OCIRepository"]), applied: true });
  expect(useOf(documents, "other/web")).toEqual({
    kinds: new Set(["OCIRepository", "HelmRepository"]),
    applied: false,
  });
  expect(useOf(documents, "default/none").kinds.size).toBe(0);
});

test.each([
  ["artifact", { tag: "v1" }, { tag: "v2" }, true],
  ["artifact", { tag: "v1" }, { tag: "v1" }, false],
  ["charts", { tag: "1.0.0", digest: "sha256:1" }, { tag: "1.1.0", digest: "sha256:2" }, false],
  ["charts", { digest: "sha256:1" }, { digest: "sha256:2" }, true],
  ["images", { digest: "sha256:1" }, { digest: "sha256:2" }, false],
  [undefined, { tag: "v1" }, { tag: "v2" }, false],
] as const)("knows what %s cannot show of a revision: %j to %j", (form, then, now, isUnproven) => {
  const found = unprovenRevisions(
    [source("OCIRepository", { ref: then })],
    [source("OCIRepository", { ref: now })],
    () => form,
  );
  expect(found).toEqual(isUnproven ? ["OCIRepository default/web"] : []);
});

test("says what can be given for each kind of source", () => {
  expect(sourceOption(source("GitRepository", {}))).toContain("--source default/web=DIR");
  expect(sourceOption(source("HelmRepository", {}))).toContain("--source default/web=PATH");
  expect(sourceOption(source("OCIRepository", {}))).toContain("--source default/web=PATH");
  const chart = source("HelmChart", { sourceRef: { kind: "HelmRepository", name: "charts" } });
  expect(sourceOption(chart)).toContain("--source default/charts=PATH");
  expect(sourceOption(source("Bucket", {}))).toBeUndefined();
});

test("a Kustomization is shown with the kind of source that its manifest names, where a repository stands for it", () => {
  const kustomization = object(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system, annotations: {${SOURCE_KIND}: OCIRepository}}
spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}
`);
  const { metadata, spec } = restore(kustomization);
  expect(metadata.annotations).toBeUndefined();
  expect(spec).toEqual({ path: "./apps", sourceRef: { kind: "OCIRepository", name: "flux-system" } });
});
