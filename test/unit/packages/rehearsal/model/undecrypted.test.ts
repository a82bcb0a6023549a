import { expect, test } from "vitest";
import { type KubeObject, keyOf } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { ORIGINAL } from "../../../../../packages/rehearsal/model/restore.js";
import { withoutDecryption } from "../../../../../packages/rehearsal/model/undecrypted.js";
import { object, revisionState } from "./support.js";

const cipher = "ENC[AES256_GCM,data:aGk=,iv:aa==,tag:bb==,type:str]";
const encrypted = (kind: string, more = "") =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: login${more}}\ndata: {a: "${cipher}"}\nsops: {mac: "${cipher}"}\n`;

const source = object(
  "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: repo, namespace: flux-system}\nspec: {}\n",
);
const reader = (annotations = "{}", spec = "") =>
  object(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system, annotations: ${annotations}}
spec: {path: ./apps, sourceRef: {kind: GitRepository, name: repo}${spec}}
`);

function outcomeOf(one: KubeObject, files: Record<string, string>, standIns: readonly string[] = []) {
  const before = revisionState([source, one], { outcomes: [[keyOf(one), { state: "reconciled" }]] });
  const filesOf = ({ kind }: KubeObject) => (kind === "GitRepository" ? new Map(Object.entries(files)) : undefined);
  return withoutDecryption(before, { filesOf, standIns: new Set(standIns) }).outcomes[0]?.[1];
}

test("GIVEN an encrypted Secret and no decryption THEN its Kustomization fails in the controller's words", () => {
  expect(outcomeOf(reader(), { "apps/login.yaml": encrypted("Secret") })).toEqual({
    state: "stalled",
    reason: "ReconciliationFailed",
    message: "Secret/login is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
  });
  const inShop = outcomeOf(reader("{}", ", targetNamespace: shop"), { "apps/login.yaml": encrypted("Secret") });
  expect(inShop).toMatchObject({ message: expect.stringMatching(/^Secret\/shop\/login is SOPS encrypted/) });
});

test("GIVEN another encrypted object and no decryption THEN the API server refuses its field", () => {
  const outcome = outcomeOf(reader(), { "apps/a.yaml": encrypted("ConfigMap", ", namespace: shop") });
  expect(outcome).toMatchObject({ state: "stalled", message: expect.stringContaining("ConfigMap/shop/login dry-run") });
});

test("a Kustomization that decrypts, that reads nothing encrypted, or that no manifest says, is left alone", () => {
  const files = { "apps/login.yaml": encrypted("Secret") };
  expect(outcomeOf(reader(`{${ORIGINAL}: "sops\\n\\n"}`), files)).toEqual({ state: "reconciled" });
  expect(outcomeOf(reader(), { "other/login.yaml": encrypted("Secret"), "apps/a.yaml": "a: b" })).toEqual({
    state: "reconciled",
  });
  expect(outcomeOf(reader(), { ...files, "apps/kustomization.yaml": "resources: []\n" })).toEqual({
    state: "reconciled",
  });
  expect(outcomeOf(reader(), files, [keyOf(reader())])).toEqual({ state: "reconciled" });
});
