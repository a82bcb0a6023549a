import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { checkBeforePublish } from "../../../../cli/chart/check-before-publish.js";
import { chartAdd, chartCheck, chartUpgrade } from "../../../../cli/commands/chart.js";
import { gitEnvironment } from "../../../../packages/kit/git.js";
import { pack, sampleChart, sampleSchema, writeFiles } from "../../packages/charts/sample-chart.js";
import { type ChartServer, serveCharts } from "./chart-server.js";

let root: string;
let charts: string;
let server: ChartServer;
let printed: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "timonier-chart-"));
  charts = mkdtempSync(join(tmpdir(), "timonier-charts-"));
  const image = { ...sampleSchema.properties.image, properties: { repository: { type: "string" } } };
  const schema = { ...sampleSchema, properties: { replicaCount: { type: "string" }, image } };
  writeFileSync(join(charts, "web-1.0.0.tgz"), await pack(sampleChart({ schema })));
  writeFileSync(join(charts, "web-1.1.0.tgz"), await pack(sampleChart({ version: "1.1.0" })));
  writeFileSync(join(charts, "web-2.0.0-rc.1.tgz"), await pack(sampleChart({ version: "2.0.0-rc.1" })));
  writeFileSync(
    join(charts, "plain-1.0.0+a.tgz"),
    await pack(sampleChart({ name: "plain", version: "1.0.0+a", schema: null })),
  );
  server = await serveCharts(charts);
  printed = "";
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    printed += `${line}\n`;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  server.close();
  for (const folder of [root, charts]) rmSync(folder, { recursive: true });
});

const read = (path: string) => readFileSync(join(root, path), "utf8");
const pinned = () => (existsSync(join(root, "apps/charts")) ? readdirSync(join(root, "apps/charts")).sort() : []);
const web = () => `${server.url}/charts/s0/web`;
const oci = (name: string) => `${server.url.replace("http", "oci")}/h/s0/${name}`;

test("a chart of a repository is pinned with its digest, its values, its schema and their types", async () => {
  // WHEN
  await chartAdd(web(), "1.1.0", { root });
  // THEN
  expect(pinned()).toEqual(["web.schema.json", "web.ts", "web.values.yaml"]);
  expect(read("apps/charts/web.ts")).toMatch(/version: "1\.1\.0",\n {2}digest: "sha256:[0-9a-f]{64}",\n/);
  expect(read("apps/charts/web.ts")).toContain("replicaCount?: number;");
  expect(JSON.parse(read("apps/charts/web.schema.json"))).toEqual(sampleSchema);
  expect(read("apps/charts/web.values.yaml")).toBe(sampleChart()["values.yaml"]);
  expect(printed).toContain("npx timonier new app NAME --kind chart --chart web");
});

test("without a version it is the newest that is not a pre-release", async () => {
  await chartAdd(web(), undefined, { root, as: "shop" });
  expect(read("apps/charts/shop.ts")).toContain('version: "1.1.0"');
});

test("a chart of a registry is pinned with the digest of its manifest", async () => {
  await chartAdd(oci("plain"), "1.0.0+a", { root, plainHttp: true });
  const { headers } = await fetch(`${server.url}/v2/h/s0/plain/manifests/1.0.0_a`);
  expect(read("apps/charts/plain.ts")).toContain(`digest: "${headers.get("docker-content-digest")}"`);
  expect(pinned()).toEqual(["plain.ts", "plain.values.yaml"]);
});

test("a chart of a Git repository is pinned at the commit of its tag", async () => {
  // GIVEN
  const repository = join(charts, "repository.git");
  writeFiles(join(repository, "charts/web"), sampleChart());
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", "-C", repository, ...args], {
      env: gitEnvironment(),
      encoding: "utf8",
    }).trim();
  git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "-m", "chart");
  git("tag", "v1.0.0");
  git("config", "uploadpack.allowAnySHA1InWant", "true");
  const commit = git("rev-parse", "HEAD");
  const address = `git+file://${repository}//charts/web`;
  // WHEN
  await chartAdd(address, "1.0.0", { root });
  await chartAdd(address, commit, { root, as: "same" });
  // THEN
  expect(read("apps/charts/web.ts")).toContain(`version: "v1.0.0",\n  digest: "sha1:${commit}"`);
  expect(read("apps/charts/same.ts")).toContain(`version: "${commit}",\n  digest: "sha1:${commit}"`);
  await expect(chartAdd(address, "2.0.0", { root, as: "other" })).rejects.toThrow(/no version 2\.0\.0[\s\S]*v1\.0\.0/);
  await expect(chartAdd(`${address}s`, "1.0.0", { root, as: "other" })).rejects.toThrow(
    /no folder charts\/webs[\s\S]*TIM-821/,
  );
  await expect(chartAdd(`git+file://${charts}/none.git//web`, "1.0.0", { root })).rejects.toThrow(/TIM-823/);
});

test("a chart in a folder has its types only: everything else is in the folder", async () => {
  writeFiles(join(root, "charts/web"), sampleChart());
  await chartAdd("./charts/web", undefined, { root });
  expect(pinned()).toEqual(["web.ts"]);
  expect(read("apps/charts/web.ts")).toContain('schema: "charts/web/values.schema.json"');
});

test("an upgrade says what differs in the values, and deletes a schema that is gone", async () => {
  // GIVEN
  await chartAdd(web(), "1.0.0", { root });
  // WHEN
  await chartUpgrade("web", undefined, { root });
  // THEN
  expect(printed).toContain("web 1.0.0 → 1.1.0\n+ image.tag: string\n~ replicaCount: string → integer\n");
  expect(read("apps/charts/web.ts")).toContain('version: "1.1.0"');
  // WHEN
  writeFileSync(join(charts, "web-1.2.0.tgz"), await pack(sampleChart({ version: "1.2.0", schema: null })));
  await server.read();
  await chartUpgrade("web", "1.2.0", { root });
  expect(pinned()).toEqual(["web.ts", "web.values.yaml"]);
});

test("what is pinned already is written again, and another version or chart is refused", async () => {
  await chartAdd(web(), "1.0.0", { root });
  // As after a kill: the file that pins the chart comes last.
  rmSync(join(root, "apps/charts/web.ts"));
  await chartAdd(web(), "1.0.0", { root });
  await chartAdd(web(), "1.0.0", { root });
  await expect(chartAdd(web(), "1.1.0", { root })).rejects.toThrow(
    /pinned already, at 1\.0\.0[\s\S]*chart upgrade web 1\.1\.0/,
  );
  await expect(chartAdd(oci("web"), "1.0.0", { root, plainHttp: true })).rejects.toThrow(
    /another chart is pinned[\s\S]*--as NAME/,
  );
  await expect(chartUpgrade("weeb", undefined, { root })).rejects.toThrow(
    /no pinned chart weeb[\s\S]*did you mean web\?[\s\S]*TIM-825/,
  );
  await expect(chartAdd(web(), "1.0.0", { root, as: "Not/A name" })).rejects.toThrow(/invalid name[\s\S]*TIM-820/);
});

test.each([
  ["a chart that does not exist", "/charts/s0/wep", "1.0.0", /no chart wep[\s\S]*did you mean web\?[\s\S]*TIM-821/],
  [
    "a version that does not exist",
    "/charts/s0/web",
    "1.0.9",
    /no version 1\.0\.9[\s\S]*newest versions are 2\.0\.0-rc\.1, 1\.1\.0, 1\.0\.0/,
  ],
  [
    "a repository that does not exist",
    "/charts/s9/web",
    "1.0.0",
    /the repository lacks a file[\s\S]*index\.yaml[\s\S]*TIM-821/,
  ],
])("%s is refused, and nothing is written", async (_what, path, version, message) => {
  await expect(chartAdd(`${server.url}${path}`, version, { root })).rejects.toThrow(message);
  expect(pinned()).toEqual([]);
});

test("a chart or an image that a registry does not have is refused", async () => {
  await expect(chartAdd(oci("web"), "9.0.0", { root, plainHttp: true })).rejects.toThrow(/no version 9\.0\.0/);
  await expect(chartAdd(oci("web").replace("s0", "s9"), "1.0.0", { root, plainHttp: true })).rejects.toThrow(
    /no such chart/,
  );
});

test("a source that cannot be reached, and one that refuses access, are one error each", async () => {
  await expect(chartAdd("http://127.0.0.1:1/web", "1.0.0", { root })).rejects.toThrow(/cannot be read[\s\S]*TIM-823/);
  server.intercept = (_request, response) => {
    response.writeHead(403).end();
    return true;
  };
  await expect(chartAdd(web(), "1.0.0", { root })).rejects.toThrow(
    /refused access \(403\)[\s\S]*TIMONIER_CHART_PASSWORD/,
  );
});

test("another content than the index or the registry says is refused", async () => {
  const other = await pack({ ...sampleChart(), "values.yaml": "replicaCount: 9\n" });
  server.intercept = (request, response) => {
    if (!/\.tgz$|blobs/.test(request.url ?? "")) return false;
    response.end(other);
    return true;
  };
  await expect(chartAdd(web(), "1.0.0", { root })).rejects.toThrow(/the source says[\s\S]*TIM-822/);
  await expect(chartAdd(oci("web"), "1.0.0", { root, plainHttp: true })).rejects.toThrow(/TIM-822/);
  expect(pinned()).toEqual([]);
});

const password = "canary-of-a-registry";
const env = { TIMONIER_CHART_USERNAME: "user", TIMONIER_CHART_PASSWORD: password };
const basic = `Basic ${Buffer.from(`user:${password}`).toString("base64")}`;

test("credentials of the environment are sent to the source only, and written nowhere", async () => {
  // GIVEN
  server.intercept = ({ headers, url }, response) => {
    if (url?.startsWith("/token")) {
      const isRight = headers.authorization === basic && url.includes("scope=pull");
      response.writeHead(isRight ? 200 : 401).end(JSON.stringify({ token: "short-lived" }));
      return true;
    }
    if (headers.authorization === (url?.startsWith("/v2") ? "Bearer short-lived" : basic)) return false;
    const challenge = `Bearer realm="${server.url}/token",service="charts",scope="pull"`;
    response.writeHead(401, { "WWW-Authenticate": challenge }).end();
    return true;
  };
  // WHEN
  await chartAdd(web(), "1.0.0", { root, env });
  await chartAdd(oci("web"), "1.0.0", { root, env, plainHttp: true, as: "registry" });
  // THEN
  const written = pinned().map((name) => read(`apps/charts/${name}`));
  expect([...written, printed].join()).not.toContain("canary");
  await expect(chartAdd(web(), "1.0.0", { root, env: {}, as: "other" })).rejects.toThrow(/refused access \(401\)/);
});

test("an archive on another host gets no credentials", async () => {
  const elsewhere = await serveCharts(charts);
  const seen: unknown[] = [];
  elsewhere.intercept = ({ headers }) => {
    seen.push(headers.authorization);
    return false;
  };
  server.intercept = (request, response) => {
    if (request.url !== "/charts/s0/index.yaml") return false;
    const entry = { version: "1.0.0", urls: [`${elsewhere.url}/charts/s0/web-1.0.0.tgz`] };
    response.end(JSON.stringify({ entries: { web: [entry] } }));
    return true;
  };
  await chartAdd(web(), "1.0.0", { root, env });
  elsewhere.close();
  expect(seen).toEqual([undefined]);
});

test("a chart whose content was replaced after it was pinned is found by the check", async () => {
  // GIVEN
  await chartAdd(web(), "1.0.0", { root });
  await chartAdd(oci("plain"), "1.0.0+a", { root, plainHttp: true });
  await chartCheck([], { root });
  expect(printed).toMatch(/^plain 1\.0\.0\+a: sha256:[0-9a-f]+\nweb 1\.0\.0: sha256:[0-9a-f]+\n$/m);
  // WHEN
  writeFileSync(join(charts, "web-1.0.0.tgz"), await pack({ ...sampleChart(), "values.yaml": "replicaCount: 9\n" }));
  await server.read();
  // THEN
  await expect(chartCheck([], { root })).rejects.toThrow(
    /pinned charts were replaced:\n {4}web 1\.0\.0: sha256:[\s\S]*TIM-822/,
  );
  server.close();
  await chartCheck(["plain"], { root });
  expect(printed).toMatch(/plain 1\.0\.0\+a: not checked, the source of the chart cannot be read/);
});

test("publishing checks the charts that Flux cannot check, and goes on where their source does not answer", async () => {
  // GIVEN
  expect(await checkBeforePublish({ root })).toEqual([]);
  await chartAdd(web(), "1.0.0", { root });
  await chartAdd(oci("plain"), "1.0.0+a", { root, plainHttp: true });
  const before = server.requests.length;
  // WHEN
  expect(await checkBeforePublish({ root })).toEqual([]);
  // THEN
  expect(server.requests.slice(before)).toEqual(["GET /charts/s0/index.yaml", "GET /charts/s0/web-1.0.0.tgz"]);
  server.intercept = (_request, response) => {
    response.writeHead(503).end();
    return true;
  };
  expect(await checkBeforePublish({ root })).toEqual([
    expect.stringMatching(/^web 1\.0\.0: not checked, .* answered 503/),
  ]);
  server.intercept = (request, response) => {
    if (!request.url?.endsWith(".tgz")) return false;
    response.end("replaced");
    return true;
  };
  await expect(checkBeforePublish({ root })).rejects.toThrow(/pinned charts were replaced[\s\S]*TIM-822/);
});
