import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { afterEach, expect, test } from "vitest";
import { connectGitLab, instanceUrl, mayRepeat, rateLimitEnd } from "../../../../packages/kit/gitlab-client.js";
import { errorMessage, GitLabError } from "../../../../packages/kit/gitlab-error.js";

const token = "glpat-canary";

/** For 127.0.0.1, signed by itself, valid until 2125; used by nothing but this test. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTC1TULPjKjVoz7cA
z2nbY+Mg/boKCcmRw3hWDI8RC1ehRANCAAR0lsjoXa8Lijs6OupfesgWBw0kOTrI
UF+2V3DPTTlQddi8aKpM2ioFWYxOk+ox6QQxP/ipzPD5mAi3I9HURdVn
-----END PRIVATE KEY-----
`;
const certificate = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUBkDWXIhzf3KD8Y23hVx16/2rVlwwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMzAzNDgwMVoYDzIxMjYxMDMw
MDM0ODAxWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR0lsjoXa8Lijs6OupfesgWBw0kOTrIUF+2V3DPTTlQddi8aKpM2ioF
WYxOk+ox6QQxP/ipzPD5mAi3I9HURdVno2QwYjAdBgNVHQ4EFgQUDp7nSMBst6Sl
ADwKEDEldu8XTs0wHwYDVR0jBBgwFoAUDp7nSMBst6SlADwKEDEldu8XTs0wDwYD
VR0RBAgwBocEfwAAATAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUC
IQDBjs4Y46Ln71j3YivQ/Ca1eKB0wv4VeXfVJmV8EeHTagIgYB0rIvxYlsi+JQcH
NgnsTC+D7V35Q5r6nbXgQB5Gil8=
-----END CERTIFICATE-----
`;
let server: FastifyInstance | undefined;
afterEach(() => server?.close());

/** Answers with each of the given in turn, and with the last one from then on. */
async function standIn(...answers: Array<(reply: FastifyReply) => unknown>): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  server = fastify({ forceCloseConnections: true });
  server.all("/*", (request, reply) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    return (answers[Math.min(seen.length, answers.length) - 1] as (reply: FastifyReply) => unknown)(reply);
  });
  return { url: await server.listen({ host: "127.0.0.1", port: 0 }), seen };
}

const fails = (reply: FastifyReply) => reply.code(502).send("bad gateway");
const project = (reply: FastifyReply) => reply.send({ id: 1 });
const hangsUp = (reply: FastifyReply) => {
  reply.hijack();
  reply.raw.destroy();
};

async function refusalOf(work: Promise<unknown>): Promise<GitLabError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(GitLabError);
  return error as GitLabError;
}

test("repeats a read after 5xx answers and broken connections", async () => {
  const { url, seen } = await standIn(fails, hangsUp, project);
  const found = await connectGitLab({ url: `${url}/api/v4/`, token }).Projects.show("group/app");
  expect(found.id).toBe(1);
  expect(seen).toEqual(Array(3).fill(`GET /api/v4/projects/group%2Fapp Bearer ${token}`));
});

test("does not repeat a POST that may have been carried out, and says so to its caller", async () => {
  for (const answer of [fails, hangsUp]) {
    const { url, seen } = await standIn(answer, project);
    const refused = await refusalOf(connectGitLab({ url, token }).Projects.create({ name: "app" }));
    expect(refused.uncertain).toBe(true);
    expect(seen).toHaveLength(1);
    await server?.close();
  }
});

test("waits as long as the rate limit says, for a POST too", async () => {
  const limited = (reply: FastifyReply) => reply.code(429).header("retry-after", "1").send({ message: "slow down" });
  const { url, seen } = await standIn(limited, project);
  const start = Date.now();
  await connectGitLab({ url, token }).Projects.create({ name: "app" });
  expect(Date.now() - start).toBeGreaterThanOrEqual(1000);
  expect(seen).toHaveLength(2);
});

test("a rate limit that lasts longer than two minutes is the user's to wait for", () => {
  const refusal = { status: 429, words: "", uncertain: false };
  const after = (seconds: number) => new GitLabError({ ...refusal, retryAt: Date.now() + seconds * 1000 }, "", "", "");
  expect(mayRepeat(after(60), "POST")).toBe(true);
  expect(mayRepeat(after(600), "GET")).toBe(false);
});

test.each([
  [401, { message: "401 Unauthorized" }, /does not accept the token \(401\)/],
  [403, { error: "insufficient_scope", error_description: "needs more", scope: "api" }, /too narrow.*scope api/],
  [403, { message: "403 Forbidden" }, /user may not do this/],
  [404, { message: "404 Project Not Found" }, /no such object, or hides it.*Project Not Found/],
  [400, { message: { path: ["has already been taken"] } }, /name is taken.*path has already been taken/],
  [409, { message: "Protected branch 'main' already exists" }, /already exists.*Protected branch/],
  [422, { error: "Invalid url given" }, /rejects a value.*Invalid url given/],
])("says cause and fix of %i %o without the token", async (code, body, expected) => {
  const { url } = await standIn((reply) => reply.code(code).send({ ...body, echoed: token }));
  const refused = await refusalOf(connectGitLab({ url, token }).Projects.show("group/app"));
  expect(refused.what).toMatch(expected);
  expect(refused.where).toBe(`GET ${url}/api/v4/projects/group%2Fapp`);
  expect(refused.fix).not.toBe("");
  expect(JSON.stringify([refused.message, refused.stack])).not.toContain(token);
});

test("does not carry a change to another address", async () => {
  const { url, seen } = await standIn((reply) => reply.redirect("https://elsewhere.example/", 301));
  const refused = await refusalOf(connectGitLab({ url, token }).Projects.create({ name: "app" }));
  expect(refused.what).toMatch(/another address \(301\)/);
  expect(seen).toHaveLength(1);
});

test("takes the token out of what GitLab echoes", async () => {
  const { url } = await standIn((reply) => reply.code(400).send({ message: `bad header Bearer ${token}` }));
  const refused = await refusalOf(connectGitLab({ url, token }).Projects.show(1));
  expect(refused.what).toContain("[token]");
  expect(refused.message).not.toContain(token);
});

test("names an unknown authority, and trusts it once its file is given", async () => {
  // GIVEN a server with a certificate of its own
  const folder = mkdtempSync(join(tmpdir(), "gitlab-client-"));
  const caFile = join(folder, "ca.crt");
  writeFileSync(caFile, certificate);
  const secure = fastify({ https: { key, cert: certificate }, forceCloseConnections: true });
  secure.get("/api/v4/version", () => ({ version: "18.0.0" }));
  const url = await secure.listen({ host: "127.0.0.1", port: 0 });
  try {
    // WHEN, THEN
    const refused = await refusalOf(connectGitLab({ url, token }).Metadata.show());
    expect(refused.what).toMatch(/certificate of 127.0.0.1:\d+ is not signed by a known authority/);
    const trusting = connectGitLab({ url, token, caFile });
    expect((await trusting.requester.get("version")).body).toEqual({ version: "18.0.0" });
  } finally {
    await secure.close();
    rmSync(folder, { recursive: true });
  }
});

test("says that no server listens, after a few tries", async () => {
  const { url } = await standIn(project);
  await server?.close();
  const refused = await refusalOf(connectGitLab({ url, token, retries: 1 }).Projects.create({ name: "app" }));
  expect(refused.what).toMatch(/^no server listens on 127.0.0.1:\d+$/);
  expect(refused.uncertain).toBe(false);
});

test("says how long it waited for an answer", async () => {
  const { url } = await standIn((reply) => reply.hijack());
  const refused = await refusalOf(connectGitLab({ url, token, retries: 0, timeout: 100 }).Projects.show(1));
  expect(refused.what).toMatch(/did not answer within/);
});

test("refuses what is no address, and a file that cannot be read", () => {
  expect(() => instanceUrl("gitlab.example")).toThrow(/is not a GitLab URL/);
  expect(instanceUrl("https://gitlab.example/gitlab/api/v4/")).toBe("https://gitlab.example/gitlab");
  expect(() => connectGitLab({ url: "https://gitlab.example", token, caFile: "/absent/ca.crt" })).toThrow(/ENOENT/);
});

test("reads words from every kind of error body", () => {
  expect(errorMessage('{"message":{"name":["is too long","is odd"],"path":["is taken"]}}')).toBe(
    "name is too long, is odd; path is taken",
  );
  expect(errorMessage("<html><style>p {}</style><h1>502</h1>\n<p>Bad Gateway</p></html>")).toBe("502 Bad Gateway");
  expect(errorMessage("")).toBe("");
});

test("reads when the rate limit ends", () => {
  const headers = (entries: Record<string, string>) => new Headers(entries);
  expect(rateLimitEnd(headers({ "Retry-After": "7", "RateLimit-Reset": "99" }), 1000)).toBe(8000);
  expect(rateLimitEnd(headers({ "RateLimit-Reset": "99" }), 1000)).toBe(99_000);
  expect(rateLimitEnd(headers({}), 1000)).toBeUndefined();
});

test("a query that is written into the path arrives", async () => {
  const { url, seen } = await standIn((reply) => reply.send([]));
  await connectGitLab({ url, token }).requester.get("projects?search=a%2Fb&page=2");
  expect(seen[0]).toContain("GET /api/v4/projects?search=a%2Fb&page=2");
});
