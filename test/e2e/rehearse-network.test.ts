import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { stopRehearsal } from "../../packages/rehearsal/engine/lifetime.js";
import { readContent } from "../../packages/rehearsal/engine/provided/content.js";
import { serveProvided } from "../../packages/rehearsal/engine/provided/registry-server.js";
import type { Report } from "../../packages/report/model.js";
import { commit, type Files, git, gotkSync, makeClone, rehearsals, setupUrl, writeFiles } from "./rehearsal-support.js";

const root = realpathSync(mkdtempSync(join(tmpdir(), "rehearse-network-")));
const setup = join(root, "setup");
const { layout, rehearsal } = rehearsals(join(root, "plane"));
const password = "canary-of-a-registry";
/** Requests that came to the server which never answers. */
const hanging: string[] = [];
const servers: Server[] = [];
/** Charts that the registry was asked for. */
const pulled: string[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const release = (name: string, repository: string, greeting: string) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: ${name}, namespace: default}
spec:
  interval: 1h
  chart: {spec: {chart: web, version: "1.0.0", sourceRef: {kind: HelmRepository, name: ${repository}}}}
  values: {greeting: ${greeting}}
`;

const repository = (name: string, spec: string) =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: ${name}, namespace: default}\nspec: {interval: 1h, ${spec}}\n`;

const secretOf = (word: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: private, namespace: default}\nstringData: {username: user, password: ${word}}\n`;

let registry = 0;
let silent = 0;
/** Hosts that a proxy was asked for. */
const asked: string[] = [];
let proxies: Record<string, string> = {};

beforeAll(async () => {
  writeFiles(join(root, "web"), {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "templates/a.yaml":
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {a: "{{ .Values.greeting }}"}\n',
  });
  const given = { source: "x/y", id: "s0", path: "", content: await readContent(join(root, "web"), false) };
  const basic = `Basic ${Buffer.from(`user:${password}`).toString("base64")}`;
  registry = await listen(
    createServer((request, response) => {
      if (request.url?.includes("/blobs/")) pulled.push(request.url);
      if (request.headers.authorization === basic) return serveProvided([given], request, response);
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="registry"' }).end();
    }),
  );
  silent = await listen(createServer((request) => void hanging.push(request.url ?? "")));
  const proxy = createServer().on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.destroy();
  });
  const address = `http://user:${password}@127.0.0.1:${await listen(proxy)}`;
  proxies = { HTTPS_PROXY: address };
  const base: Files = {
    "clusters/prod/flux-system/gotk-sync.yaml": gotkSync,
    "clusters/prod/private.yaml": repository(
      "private",
      `type: oci, insecure: true, secretRef: {name: private}, url: 'oci://127.0.0.1:${registry}/h/s0'`,
    ),
    "clusters/prod/silent.yaml": repository("silent", `url: 'http://127.0.0.1:${silent}'`),
    "clusters/prod/foreign.yaml": repository("foreign", "url: 'https://charts.example.invalid'"),
    "clusters/prod/web.yaml": release("web", "private", "hello"),
    "clusters/prod/other.yaml": release("other", "silent", "hello"),
  };
  await makeClone(setup, setupUrl, base);
  writeFiles(root, { "right.yaml": secretOf(password), "wrong.yaml": secretOf("another") });
});

beforeEach(async () => {
  await git(setup, "checkout", "-q", "-B", "change", "main");
});

afterAll(async () => {
  await stopRehearsal(layout);
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(root, { recursive: true, force: true });
});

async function rehearse(files: Files, { secret = "right.yaml", offline = false } = {}): Promise<Report> {
  await commit(setup, files);
  return await rehearsal({ cwd: setup, base: "main", offline, assume: [join(root, secret)] }, proxies);
}

const readyOf = ({ reconciliations }: Report, name: string) =>
  reconciliations.find(({ ref }) => ref.name === name)?.ready;
const changed = { "clusters/prod/web.yaml": release("web", "private", "welcome") };

test("reads with the Secrets that are given and the user's proxies, and shows them nowhere", async () => {
  const report = await rehearse(changed);
  expect([readyOf(report, "web"), readyOf(report, "other")]).toEqual(["True", "Unknown"]);
  expect(new Set(asked)).toEqual(new Set(["charts.example.invalid:443"]));
  expect(JSON.stringify(report)).not.toContain(password);
});

test("does not ask again at the head for a source that did not answer at the base", async () => {
  const before = [hanging.length, pulled.length];
  const interval = `timeout: 30s, url: 'http://127.0.0.1:${silent}'`;
  const report = await rehearse({
    ...changed,
    "clusters/prod/other.yaml": release("other", "silent", "welcome"),
    "clusters/prod/silent.yaml": repository("silent", interval),
  });
  expect(report.changes.map(({ ref }) => ref.name).sort()).toEqual(["other", "silent", "web", "web"]);
  expect(report.verdict).toBe("unknown");
  // The chart is kept with the base, too.
  expect([hanging.length, pulled.length]).toEqual(before);
});

test("takes a registry that lets nobody in for one that cannot be read", async () => {
  const report = await rehearse(changed, { secret: "wrong.yaml" });
  expect([readyOf(report, "web"), report.verdict]).toEqual(["Unknown", "unknown"]);
  expect(report.notEvaluated.flatMap(({ option }) => option?.split("=")[0] ?? [])).toContain(
    "--source default/private",
  );
});

test("asks nothing outside of this machine when it is offline", async () => {
  const before = asked.length;
  const report = await rehearse(changed, { offline: true });
  expect(asked.length).toBe(before);
  const gap = report.notEvaluated.find(({ subject }) => subject === "HelmRepository default/foreign");
  expect(gap?.reason).toContain("the rehearsal runs offline");
});
