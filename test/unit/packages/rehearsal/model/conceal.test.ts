import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { reportOf, unableReport } from "../../../../../packages/rehearsal/model/build-report.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { policyResults } from "../../../../../packages/rehearsal/model/policies.js";
import { formsOf } from "../../../../../packages/rehearsal/model/redact.js";
import type { RevisionState } from "../../../../../packages/rehearsal/model/revision-state.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";
import type { Report } from "../../../../../packages/report/model.js";
import { renderReport, reportFormats } from "../../../../../packages/report/render.js";
import { revisionState } from "./support.js";

const noFiles = { paths: [], files: new Map(), links: [] };
const noTree = { base: noFiles, head: noFiles, changed: [], documents: [] };

/** Letters and digits that no report holds by itself. */
const alphabet = "QZJ9";

/** A value that is found wherever it is shown. */
function canary(length: number, seed = 0): string {
  return Array.from({ length }, (_, index) =>
    alphabet.charAt((index * 7 + seed + (index >> 2)) % alphabet.length),
  ).join("");
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const owned = { "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" };
const released = { "helm.toolkit.fluxcd.io/name": "db", "helm.toolkit.fluxcd.io/namespace": "shop" };

function one(apiVersion: string, kind: string, name: string, rest: object, labels: object = owned): KubeObject {
  const { metadata = {}, ...fields } = rest as { metadata?: object };
  const object = { apiVersion, kind, metadata: { name, namespace: "shop", labels, uid: name, ...metadata }, ...fields };
  return object as unknown as KubeObject;
}

const kustomization = one("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "apps", {
  metadata: { namespace: "flux-system", labels: {} },
  spec: { path: "./apps", postBuild: { substituteFrom: [{ kind: "Secret", name: "values" }] } },
});

const release = one("helm.toolkit.fluxcd.io/v2", "HelmRelease", "db", {
  spec: {
    valuesFrom: [
      { kind: "Secret", name: "chart" },
      { kind: "Secret", name: "part", valuesKey: "tag", targetPath: "image.tag" },
    ],
  },
});

/** What the tree writes, with `${V}` wherever a value may be. */
const template = [
  one("apps/v1", "Deployment", "web-${V}", {
    metadata: { annotations: { note: "${V}", mixed: "a-${V}-b" } },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "web",
              image: "registry.example.com/${V}/web:${V}",
              args: ["--token=${V}", "${V}"],
              env: [{ name: "TOKEN", value: "${V}" }],
              securityContext: { privileged: true },
            },
            { name: "latest", image: "registry.example.com/${V}" },
          ],
        },
      },
    },
  }),
  one("v1", "ConfigMap", "settings", {
    data: { plain: "${V}", url: "https://user:${V}@db.example.com/x", "key-${V}": "x" },
  }),
  one("source.toolkit.fluxcd.io/v1", "GitRepository", "app", { spec: { url: "https://${V}@git.example.com/app" } }),
];

function substituted(objects: readonly KubeObject[], value: string): KubeObject[] {
  return JSON.parse(JSON.stringify(objects).replaceAll("${V}", JSON.stringify(value).slice(1, -1))) as KubeObject[];
}

/** A side at which every field that can hold a value does. */
function stateWith(value: string): RevisionState {
  const secrets = [
    one("v1", "Secret", "values", { metadata: { namespace: "flux-system" }, data: { V: base64(value) } }),
    one("v1", "Secret", "chart", { data: { "values.yaml": base64(stringify({ auth: { password: value } })) } }),
    one("v1", "Secret", "part", { data: { tag: base64(value) } }),
    one("v1", "Secret", "kept", {
      metadata: {
        annotations: {
          "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ stringData: { a: value } }),
        },
      },
    }),
  ];
  const chart = one(
    "apps/v1",
    "StatefulSet",
    "db",
    { spec: { password: value, template: { spec: { containers: [{ name: "db", image: `db:${value}` }] } } } },
    released,
  );
  const objects = substituted(template, value);
  const [web, , source] = objects as [KubeObject, KubeObject, KubeObject];
  const owner = "Kustomization flux-system/apps";
  return revisionState([...secrets, kustomization, release, chart, ...objects], {
    outcomes: [
      [
        "kustomize.toolkit.fluxcd.io/Kustomization/flux-system/apps",
        {
          state: "stalled",
          reason: "ReconciliationFailed",
          message: `Deployment/shop/web-${value} dry-run failed: Invalid value: "${value}"`,
        },
      ],
      [
        "helm.toolkit.fluxcd.io/HelmRelease/shop/db",
        { state: "stalled", reason: "Failed", message: `password ${value} is refused` },
      ],
      [
        "source.toolkit.fluxcd.io/GitRepository/shop/app",
        { state: "stalled", reason: "Failed", message: `cannot clone https://${value}@git.example.com/app` },
      ],
    ],
    failing: [
      [`apps/Deployment/shop/${web.metadata.name}`, `InvalidImageName: registry.example.com/${value}/web:${value}`],
    ],
    dryRuns: [
      { object: source, owner, rejection: `spec.url: Invalid value: "https://${value}@git.example.com/app"` },
      {
        object: one("v1", "Secret", "refused", { stringData: { a: value } }),
        owner,
        rejection: `data: Invalid value: "${value}"`,
      },
      { object: one("v1", "ConfigMap", `left-${value}`, {}), owner, rejection: "no" },
    ],
  });
}

const tree = new Map([
  ["apps/all.yaml", template.map((object) => stringify(object)).join("---\n")],
  ["apps/left.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: left-${V}\n"],
]);

function reported(before: string, after: string): Report {
  const [old, young] = [stateWith(before), stateWith(after)];
  return reportOf({
    base: { ref: "main" },
    head: { ref: "HEAD" },
    before: old,
    after: young,
    tree: noTree,
    readers: [],
    policies: policyResults(old.snapshot, young.snapshot, scan(tree)),
    notEvaluated: [],
    simulated: [],
    provenance: [],
    files: [tree, tree],
    duration: 1,
  });
}

const lengths = [...Array.from({ length: 24 }, (_, index) => index + 1), 31, 32, 63, 64, 100, 128, 199, 200];

test.each(lengths)("no value of a Secret of %i characters is in any format", (length) => {
  const [old, young] = [canary(length), canary(length, 1)];
  const report = reported(old, young);
  expect(report.changes.length).toBeGreaterThan(4);
  expect(report.policies.length).toBeGreaterThan(1);
  expect(report.versions.length).toBeGreaterThan(1);
  for (const format of reportFormats) {
    const own = empty(format);
    const text = renderReport(report, format);
    for (const value of [old, young].flatMap(formsOf).filter((form) => !own.includes(form)))
      expect(text.includes(value), `${format} holds ${value}: ${around(text, value)}`).toBe(false);
  }
});

const rendered = new Map<string, string>();

/** A format without anything in it: what it holds by itself is no value of a Secret. */
function empty(format: (typeof reportFormats)[number]): string {
  const nothing = { changes: [], reconciliations: [], versions: [], policies: [] };
  const text = rendered.get(format) ?? renderReport({ ...reported("", ""), ...nothing }, format);
  rendered.set(format, text);
  return text;
}

function around(text: string, value: string): string {
  const index = text.indexOf(value);
  return index < 0 ? "" : text.slice(Math.max(0, index - 80), index + 80);
}

/** Shows one ConfigMap's change, with values of the Secret that its Kustomization substitutes from. */
function shown(
  manifest: string,
  values: Readonly<Record<string, string>>,
  applied: object,
  more: readonly KubeObject[] = [],
): string {
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)]));
  const secret = one("v1", "Secret", "values", { metadata: { namespace: "flux-system" }, data });
  const object = one("example.com/v1", "Thing", "thing", { spec: applied });
  const { changes } = reportOf({
    base: { ref: "main" },
    head: { ref: "HEAD" },
    before: revisionState([secret, kustomization]),
    after: revisionState([secret, kustomization, object, ...more]),
    tree: noTree,
    readers: [],
    policies: [],
    notEvaluated: [],
    simulated: [],
    provenance: [],
    files: [new Map([["a.yaml", manifest]])],
    duration: 1,
  });
  return changes.find(({ ref }) => ref.kind === "Thing")?.diff ?? "";
}

test("a short value is hidden where a variable put it, and the same text elsewhere is shown", () => {
  const diff = shown(
    "spec:\n  port: ${PORT}\n  image: app:${PORT}-slim\n",
    { PORT: "1" },
    { port: 1, replicas: 1, image: "app:1-slim", other: "app:1" },
  );
  expect(diff).toContain("+  port: (hidden)");
  expect(diff).toContain("+  image: app:(hidden)-slim");
  expect(diff).toContain("+  replicas: 1");
  expect(diff).toContain("+  other: app:1");
});

test("a value that nothing in the trees uses hides nothing", () => {
  expect(shown("spec: {}\n", { UNUSED: "1" }, { replicas: 1 })).toContain("+  replicas: 1");
});

test.each([
  ["a: ${V^^}", "qz", { a: "QZ" }, "a: (hidden)"],
  ["a: ${V:0:2}", "qzj9", { a: "qz" }, "a: (hidden)"],
  ["a: ${V:-none}", "qz", { a: "qz" }, "a: (hidden)"],
  ["a: ${V%z*}", "qz", { a: "q" }, "a: (hidden)"],
  ["a: ${V}${W}", "q", { a: "qw" }, "a: (hidden)w"],
  ["- LEVEL=${V}", "qz", { level: "qz" }, "level: (hidden)"],
  ["  newTag: ${V}", "qz", { image: "app:qz" }, "image: app:(hidden)"],
  ["a: ${V}\nreplacements: []", "qz", { b: "x.qz.y" }, "b: x.(hidden).y"],
  ["a: ${V}", "[qz, zq]", { a: ["qz", "zq"] }, "- (hidden)\n+    - (hidden)"],
  ["a: ${V}", "007", { a: 7 }, "a: (hidden)"],
])("%s with %s is hidden in what it becomes", (line, value, applied, expected) => {
  const diff = shown(`spec:\n  ${line}\n`, { V: value, W: "w" }, applied);
  expect(diff.replaceAll("(hidden)(hidden)", "(hidden)")).toContain(expected.replace("(hidden)w", "(hidden)"));
});

test("a value that a Kustomization gives to another one is hidden in the objects of that one", () => {
  const child = one("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "child", {
    metadata: { namespace: "flux-system" },
    spec: { postBuild: { substitute: { LEVEL: "qz" } } },
  });
  const labels = { ...owned, "kustomize.toolkit.fluxcd.io/name": "child" };
  const secret = one("v1", "Secret", "values", { metadata: { namespace: "flux-system" }, data: { V: base64("qz") } });
  const { changes } = reportOf({
    base: { ref: "main" },
    head: { ref: "HEAD" },
    before: revisionState([secret, kustomization, child]),
    after: revisionState([
      secret,
      kustomization,
      child,
      one("example.com/v1", "Thing", "thing", { spec: { level: "qz" } }, labels),
    ]),
    tree: noTree,
    readers: [],
    policies: [],
    notEvaluated: [],
    simulated: [],
    provenance: [],
    files: [new Map([["a.yaml", "    LEVEL: ${V}\n---\nspec:\n  level: ${LEVEL}\n"]])],
    duration: 1,
  });
  expect(changes[0]?.diff).toContain("+  level: (hidden)");
});

test("a word that is written in Git outside of Secrets is no secret, and credentials in URLs always are", () => {
  const diff = shown(
    "kind: Thing\nspec:\n  stage: production\n",
    { STAGE: "production", KEY: "correct-horse-1" },
    { stage: "production", key: "correct-horse-1", url: "https://me:token@example.com/x" },
  );
  expect(diff).toContain("+  stage: production");
  expect(diff).toContain("+  key: (hidden)");
  expect(diff).toContain("+  url: https://(hidden)@example.com/x");
});

test("a long value of any characters is hidden, however YAML writes it", () => {
  const long = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 6, maxLength: 200 }),
    fc.string({ unit: "binary", minLength: 6 }),
  );
  fc.assert(
    fc.property(
      long.filter((value) => value.trim().length >= 6 && !value.includes("\ufffd")),
      (value) => {
        const known = Buffer.from(value).toString("utf8");
        const diff = shown("spec: {}\n", { V: known }, { whole: known, part: `a ${known} b` });
        const text = diff
          .split("\n")
          .filter((line) => /^\+(?!\+\+ )/.test(line))
          .map((line) => line.slice(1))
          .join("\n");
        const spec = (parse(text, { version: "1.1" }) as { spec: { whole: string; part: string } }).spec;
        expect(String(spec.whole)).not.toContain(known.trim());
        expect(String(spec.part)).not.toContain(known.trim());
      },
    ),
    { numRuns: 50 },
  );
});

test("a report that has no answer shows no credentials either", () => {
  const error = {
    what: "cannot fetch https://me:token@example.com/x",
    where: "https://token@example.com",
    fix: "git@example.com",
  };
  expect(unableReport({ ref: "main" }, { ref: "HEAD" }, error, 1).error).toEqual({
    what: "cannot fetch https://(hidden)@example.com/x",
    where: "https://(hidden)@example.com",
    fix: "git@example.com",
  });
});

test("a release's value that is a word of its chart is shown, any other one is hidden, however short", () => {
  const values = stringify({ engine: "redis", tier: "q", size: "abc" });
  const secret = one("v1", "Secret", "chart", { data: { "values.yaml": base64(values) } });
  const thing = one(
    "example.com/v1",
    "Thing",
    "thing",
    { spec: { database: "redis", level: "q", length: "xabcx" } },
    released,
  );
  const { changes } = reportOf({
    base: { ref: "main" },
    head: { ref: "HEAD" },
    before: revisionState([secret, release]),
    after: revisionState([secret, release, thing]),
    tree: noTree,
    readers: [],
    policies: [],
    notEvaluated: [],
    simulated: [],
    provenance: [],
    files: [new Map([["charts/db/templates/all.yaml", "name: redis-server\nq: abc\n"]])],
    duration: 1,
  });
  expect(changes[0]?.diff).toContain("+  database: redis\n+  length: x(hidden)x\n+  level: (hidden)");
});
