import fc from "fast-check";
import { expect, test } from "vitest";
import { dependencyOrder } from "../../../../../packages/rehearsal/model/order.js";
import { ownedFields } from "../../../../../packages/rehearsal/model/owned-fields.js";
import {
  provenanceInMessages,
  readProvenance,
  withProvenance,
} from "../../../../../packages/rehearsal/model/provenance.js";
import { redactText, secretValues } from "../../../../../packages/rehearsal/model/redact.js";
import { rejectedIn } from "../../../../../packages/rehearsal/model/rejections.js";
import { sameRepository } from "../../../../../packages/rehearsal/model/repository-url.js";
import { ORIGINAL, restore } from "../../../../../packages/rehearsal/model/restore.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";
import { holdsFiles } from "../../../../../packages/rehearsal/model/source-routes.js";
import { verdictOf } from "../../../../../packages/rehearsal/model/verdict.js";
import { splitImage, versionChanges } from "../../../../../packages/rehearsal/model/version-changes.js";
import { object } from "./support.js";

test("addresses of one repository are the same in every spelling", () => {
  const spellings = [
    "https://GitLab.example.com/group/app.git",
    "git@gitlab.example.com:group/app.git",
    "ssh://git@gitlab.example.com:2222/group/app",
    "https://user:pass@gitlab.example.com/group/app/",
  ];
  expect(new Set(spellings.map(sameRepository))).toEqual(new Set(["gitlab.example.com/group/app"]));
  expect(sameRepository("https://gitlab.example.com/group/other.git")).not.toBe("gitlab.example.com/group/app");
});

test("every document of a file is found with its line, whatever is no object is not", () => {
  const files = new Map([
    [
      "a.yaml",
      "# nothing\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\nvalues: 1\n---\n{apiVersion: v1, kind: Secret, metadata: {name: b}}\n",
    ],
  ]);
  expect(scan(files).map(({ kind, line }) => [kind, line])).toEqual([
    ["ConfigMap", 2],
    ["Secret", 8],
  ]);
});

test.each([
  ["./apps/web", true],
  ["apps/web/", true],
  ["/apps/web", true],
  [".", true],
  ["/", true],
  ["./.flux/web", true],
  [".flux", true],
  ["./flux", false],
  [".apps", false],
  ["apps/we", false],
])("a folder is written in any way: %s", (folder, holds) => {
  expect(holdsFiles(["apps/web/deployment.yaml", ".flux/web/deployment.yaml"], folder)).toBe(holds);
});

test("what the rehearsal took out of a source is put back", () => {
  const changed = object(
    `{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: a, annotations: {${ORIGINAL}: "ssh://h/x\\nkeys\\n\\n\\n\\nHEAD\\npgp"}}, spec: {url: "http://127.0.0.1:1/t0.git"}}`,
  );
  expect(restore(changed)).toMatchObject({
    metadata: { name: "a" },
    spec: { url: "ssh://h/x", secretRef: { name: "keys" }, verify: { mode: "HEAD", secretRef: { name: "pgp" } } },
  });
  expect(JSON.stringify(restore(changed))).not.toContain(ORIGINAL);
});

test("fields that nobody applied are left out", () => {
  const full = object(`
apiVersion: v1
kind: Service
metadata:
  name: a
  managedFields: [{manager: kustomize-controller, operation: Apply, fieldsV1: {"f:spec": {"f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}}}}}]
spec: {type: ClusterIP, ports: [{port: 80, protocol: TCP, targetPort: 80}]}
`);
  expect(ownedFields(full).spec).toEqual({ ports: [{ port: 80 }] });
});

test("values of Secrets are taken out of every text", () => {
  const secret = object(
    `{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {password: ${Buffer.from("hunter22").toString("base64")}, username: ${Buffer.from("postgres").toString("base64")}}}`,
  );
  expect(redactText("postgres: hunter22 and aHVudGVyMjI=", secretValues([secret]))).toBe(
    "postgres: (hidden) and (hidden)",
  );
});

test("an image is told from its version", () => {
  expect(splitImage("registry:5000/a/b")).toEqual({ name: "registry:5000/a/b", version: "latest" });
  expect(splitImage("a/b:1.2@sha256:ff")).toEqual({ name: "a/b", version: "1.2@sha256:ff" });
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8})?$/),
      fc.stringMatching(/^[a-z0-9.]{1,8}$/),
      (name, tag) => {
        expect(splitImage(`${name}:${tag}`)).toEqual({ name, version: tag });
      },
    ),
  );
});

test("an image that is used no more or newly has one side alone", () => {
  const deployment = (image: string) =>
    object(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: b}, spec: {template: {spec: {containers: [{name: c, image: ${image}}]}}}}`,
    );
  expect(versionChanges([deployment("nginx:1")], [deployment("nginx:2")])).toMatchObject([
    { name: "nginx", from: "1", to: "2" },
  ]);
  expect(versionChanges([deployment("nginx:1")], [])).toMatchObject([{ name: "nginx", from: "1" }]);
});

test("reconciliations come after those they depend on or that apply them, circles do not hang", () => {
  const one = (name: string, ...on: string[]) =>
    object(
      `{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: ${name}, namespace: x}, spec: {dependsOn: [${on.map((other) => `{name: ${other}}`)}]}}`,
    );
  expect(dependencyOrder([one("a", "c"), one("b"), one("c", "b")]).map(({ metadata }) => metadata.name)).toEqual([
    "b",
    "c",
    "a",
  ]);
  expect(dependencyOrder([one("a", "b"), one("b", "a")])).toHaveLength(2);
  const labels = { "kustomize.toolkit.fluxcd.io/name": "root", "kustomize.toolkit.fluxcd.io/namespace": "x" };
  const made = [one("app"), one("root")].map((each) => ({ ...each, metadata: { ...each.metadata, labels } }));
  expect(dependencyOrder(made).map(({ metadata }) => metadata.name)).toEqual(["root", "app"]);
});

test("the controller's message names what was refused", () => {
  expect(
    rejectedIn({ message: 'Deployment/default/web dry-run failed (Invalid): Deployment.apps "web" is invalid' }),
  ).toEqual({ kind: "Deployment", namespace: "default", name: "web" });
  expect(rejectedIn({ message: "kustomize build failed" })).toBeUndefined();
});

test("causes come from messages of commits and from a file; a wrong file is refused with what is wrong", () => {
  const provenance = provenanceInMessages(
    "change\n\nTimonier-Cause: apps/v1 Deployment default/nginx apps/nginx.ts:8\n",
  );
  expect(provenance).toEqual([
    { apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "nginx", file: "apps/nginx.ts", line: 8 },
  ]);
  const change = {
    ref: { apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "nginx" },
    action: "updated",
    dataLoss: false,
    diff: "",
  } as const;
  expect(withProvenance([change], provenance)[0]?.provenance).toEqual({ file: "apps/nginx.ts", line: 8 });
  expect(() => readProvenance('[{"kind": 1}]', "causes.json")).toThrow(/apiVersion: expected text/);
});

test("the verdict: rejected before destructive before unable before unknown before safe", () => {
  const ref = { apiVersion: "v1", kind: "ConfigMap", name: "a" };
  const change = (action: "updated" | "pruned" | "rejected") => ({ ref, action, dataLoss: false, diff: "" });
  const nothing = { reconciliations: [], policies: [], notEvaluated: [] };
  expect(verdictOf({ ...nothing, changes: [change("updated")] })).toBe("safe");
  expect(verdictOf({ ...nothing, changes: [change("pruned")] })).toBe("destructive");
  expect(verdictOf({ ...nothing, changes: [change("pruned"), change("rejected")] })).toBe("rejected");
  const failing = {
    ref: { apiVersion: "k/v1", kind: "Kustomization", namespace: "x", name: "a" },
    ready: "False",
    dependsOn: [],
  } as const;
  expect(verdictOf({ ...nothing, changes: [], reconciliations: [{ ...failing, readyBefore: "True" }] })).toBe(
    "rejected",
  );
  expect(verdictOf({ ...nothing, changes: [], reconciliations: [{ ...failing, readyBefore: "False" }] })).toBe("safe");
  expect(verdictOf({ ...nothing, changes: [], reconciliations: [{ ...failing, notEvaluated: true }] })).toBe("safe");
  const open = {
    ...nothing,
    changes: [],
    reconciliations: [{ ...failing, ready: "Unknown", reason: "NotSettled", readyBefore: "True" }],
  } as const;
  const notEvaluated = [{ subject: "apps/a.yaml", reason: "x", affected: true }] as const;
  expect(verdictOf({ ...open, notEvaluated })).toBe("unable");
  expect(verdictOf({ ...open, changes: [change("pruned")] })).toBe("destructive");
  expect(verdictOf({ ...nothing, changes: [], notEvaluated })).toBe("unknown");
  expect(verdictOf({ ...nothing, changes: [change("pruned")], notEvaluated })).toBe("destructive");
  expect(verdictOf({ ...nothing, changes: [], notEvaluated: [{ subject: "HelmRelease a/b", reason: "x" }] })).toBe(
    "safe",
  );
});
