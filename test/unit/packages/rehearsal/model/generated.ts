import fc from "fast-check";

const sops = (type: string) => `ENC[AES256_GCM,data:aGk=,iv:aa==,tag:bb==,type:${type}]`;

/** Scalars and collections in YAML, as they are in files that nobody looked at. */
const values = [
  ...["null", "~", "", "1", "1.5", "0x1F", "true", "{}", "[]", "''", '""', "!!binary aGk=", "!!str 1", "!custom x"],
  ...["*missing", "&anchor x", "*anchor", "<<", "|\n    text\n", ">-\n    text\n", "{a: {a: {a: {a: {a: 1}}}}}"],
  ...["{{ .Values.name }}", "${" + "VAR}", "{{", "}}", "..", "../../..", "./", "/", "//", "a/../b", "?ref=main"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "[null, 1, {}]", "{name: null}", "[[[[[[]]]]]]"],
  ...["HEAD~1", "refs/heads/a b", "-x", "--all", "main:main", "a@{1}", "@", "refs/heads/x.lock", ">=1.0.0 <2", "||"],
  ...["https://git.example.com/group/fleet.git", "git@h:a/b", "ssh://", "https://", "://", "file:///etc/passwd"],
  ...[sops("str"), sops("int"), sops("bool"), sops("float"), sops("bytes"), `"${sops("str")}"`, "ENC[AES256_GCM,data:"],
  ...[
    "\u0000",
    "\ufeff",
    "ä",
    "\u2028",
    "\t",
    "a\r",
    `"\\u0000"`,
    "a".repeat(500),
    "- - - - a",
    "? a",
    "%YAML 1.2",
    "...",
  ],
];

const apiVersions = [
  ...["v1", "apps/v1", "kustomize.toolkit.fluxcd.io/v1", "source.toolkit.fluxcd.io/v1", "helm.toolkit.fluxcd.io/v2"],
  ...[
    "fluxcd.controlplane.io/v1",
    "kustomize.config.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
    "monitoring.coreos.com/v1",
  ],
  ...[
    "schema.example.io/1.0",
    "My.Group/v1",
    "a.b/V1",
    "a.b/v1/c",
    "/v1",
    "a.b/",
    "example.com/v1_1",
    "x..y/v1",
    "-a.b/v1",
  ],
];

const kinds = [
  ...["ConfigMap", "Secret", "Kustomization", "GitRepository", "HelmRelease", "FluxInstance", "List", "ConfigMapList"],
  ...[
    "CustomResourceDefinition",
    "Namespace",
    "ServiceMonitor",
    "My_Kind",
    "my kind",
    "K",
    "K".repeat(70),
    "Kind-",
    "1Kind",
  ],
];

const names = ["flux-system", "a", "null", "1", "{}", "__proto__", "a/b", "'A B'"];

const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...values) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

const fields = [
  ...["url", "path", "branch", "tag", "semver", "commit", "name", "interval", "data", "stringData", "items", "sops"],
  ...[
    "resources",
    "bases",
    "components",
    "patches",
    "namespace",
    "instance",
    "sync",
    "values",
    "sourceRef",
    "ref",
    "kind",
  ],
  ...[".dockerconfigjson", "group", "names", "versions", "spec", "targetNamespace", "decryption", "postBuild", "type"],
];

const line = fc
  .tuple(fc.constantFrom(...fields), value, fc.constantFrom("", "  ", "    ", "  - ", "\t"))
  .map(([field, text, indent]) => `${indent}${field}: ${text}\n`);

const spec = fc.oneof(
  fc.array(line, { maxLength: 6 }).map((lines) => `spec:\n${lines.map((text) => `  ${text}`).join("")}`),
  fc
    .tuple(value, value, value, fc.constantFrom(...names))
    .map(
      ([url, ref, path, name]) =>
        `spec:\n  url: ${url}\n  ref: {branch: ${ref}}\n  path: ${path}\n  sourceRef: {kind: GitRepository, name: ${name}}\n  sync: {kind: GitRepository, url: ${url}, ref: ${ref}, path: ${path}}\n`,
    ),
  fc
    .tuple(value, value)
    .map(([one, other]) => `data:\n  a: ${one}\nstringData: {b: ${other}}\nsops: {mac: "${sops("str")}"}\n`),
  fc.tuple(value, value).map(([one, other]) => `items:\n  - ${one}\n  - apiVersion: a.b/v1\n    kind: ${other}\n`),
  value.map((text) => `resources:\n  - ${text}\n  - ../base\n`),
);

const metadata = fc.oneof(
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...names))
    .map(([name, space]) => `metadata: {name: ${name}, namespace: ${space}}\n`),
  value.map((text) => `metadata: ${text}\n`),
  fc.constant(""),
);

const document = fc
  .tuple(
    fc.constantFrom(...apiVersions),
    fc.constantFrom(...kinds),
    metadata,
    spec,
    fc.constantFrom("", "kind: Again\n", "\t\n"),
  )
  .map(([apiVersion, kind, about, more, twice]) => `apiVersion: ${apiVersion}\nkind: ${kind}\n${about}${more}${twice}`);

const garbage = fc.oneof(
  fc.constantFrom(
    "",
    "\n",
    "---",
    "--- ---",
    "\u0000",
    "{".repeat(100),
    "[".repeat(100),
    "- ".repeat(60),
    "a: ".repeat(40),
  ),
  fc.constantFrom(
    "{}",
    "[]",
    "null",
    '{"apiVersion": 1, "kind": null}',
    `${"x".repeat(20_000)}: y\n`,
    "? {a: b}\n: c\n",
  ),
  fc.constant(
    `a: &a [x, x]\n${[..."bcdefghij"].map((c, i) => `${c}: &${c} [*${"abcdefghi"[i]}, *${"abcdefghi"[i]}]`).join("\n")}\n`,
  ),
  fc.json(),
  fc.string({ unit: "binary", maxLength: 60 }),
);

const separator = fc.constantFrom("---\n", "--- # comment\n", "---\r\n", "...\n---\n", "\n");

/** Content of a file. */
export const content = fc
  .tuple(
    fc.constantFrom("", "", "", "\ufeff"),
    fc.array(fc.tuple(fc.oneof({ weight: 5, arbitrary: document }, { weight: 1, arbitrary: garbage }), separator), {
      maxLength: 2,
    }),
    fc.boolean(),
  )
  .map(([mark, parts, isWindows]) => {
    const text = mark + parts.map(([part, end]) => part + end).join("");
    return isWindows ? text.replaceAll("\n", "\r\n") : text;
  });

const paths = [
  ...["clusters/prod/flux-system/gotk-sync.yaml", "flux-system/gotk-sync.yaml", "clusters/prod/apps.yaml", "sync.yml"],
  ...[
    "apps/kustomization.yaml",
    "apps/base/kustomization.yml",
    "base/Kustomization.yaml",
    "kustomization.yaml",
    "base/a.yaml",
  ],
  ...["apps/secret.json", 'ä ö/"quoted"\t.yaml', "a\nb.yaml", "-x.yaml", "apps/..yaml", "constructor/__proto__.yaml"],
];

/** Text by path. */
export const tree = fc
  .array(fc.tuple(fc.constantFrom(...paths), content), { minLength: 1, maxLength: 3 })
  .map((files) => new Map(files));
