import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { variableNames } from "../../../../../infra/gitlab/repository/variable-names.js";
import { adoptedProject, purge } from "../../../../../infra/resources/adopted-project/provider.js";
import type { GitLab } from "../../../../../packages/kit/gitlab-client.js";
import { GitLabError } from "../../../../../packages/kit/gitlab-error.js";
import type { Context } from "../../../../../packages/provider-host/plugin.js";

/** `METHOD /path` of every request that a GitLab got. */
const requests: string[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    // What is deleted for good is gone at once, and none of the variables is there.
    const status = request.method === "GET" || request.url?.includes("/variables/") ? 404 : 201;
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  requests.length = 0;
});

const context = { log: () => {}, signal: new AbortController().signal } as unknown as Context<unknown>;
const inputs = (action?: "restore" | "purge") => ({
  ...{ url, token: "glpat-canary", path: "team/setup" },
  ...(action && { scheduled: { id: 9, path: "team/setup-deletion_scheduled-9", action } }),
});
const before = { recordedAt: "2026-11-29T12:00:00.000Z" };
const olds = () => ({ inputs: inputs(), state: { ...inputs(), ...before } });

test("a preview knows when the path was recorded, and sends nothing to GitLab", () => {
  const start = new Date().toISOString();
  const isLater = adoptedProject.preview?.(inputs("purge"), undefined, context) as typeof before;
  expect(isLater.recordedAt >= start).toBe(true);
  expect(adoptedProject.preview?.(inputs("restore"), olds(), context)).toMatchObject(before);
  expect(requests).toEqual([]);
});

test("a path without a scheduled project is only recorded", async () => {
  const start = new Date().toISOString();
  const { id, state } = await adoptedProject.create(inputs(), context);
  expect(id).toBe("team/setup");
  expect(String(state.recordedAt) >= start).toBe(true);
  expect(requests).toEqual([]);
});

test("a restored project loses the variables that the state does not know", async () => {
  await adoptedProject.create(inputs("restore"), context);
  expect(requests).toEqual([
    "POST /api/v4/projects/9/restore",
    ...variableNames.map((key) => `DELETE /api/v4/projects/9/variables/${key}`),
  ]);
});

test("a project of this stack that a lost state knew loses its variables, and a recorded one keeps them", async () => {
  const own = { ...inputs(), own: 9 };
  await adoptedProject.create(own, context);
  expect(requests).toEqual(variableNames.map((key) => `DELETE /api/v4/projects/9/variables/${key}`));
  expect(await adoptedProject.diff?.("team/setup", olds(), own, context)).toEqual({ changes: false });
});

test("a project that the state knows keeps its variables when it is restored", async () => {
  const updated = await adoptedProject.update?.("team/setup", olds(), inputs("restore"), context);
  expect(requests).toEqual(["POST /api/v4/projects/9/restore"]);
  expect(updated?.state).toMatchObject(before);
});

test("a purged project is deleted by its present path, and waited for", async () => {
  await adoptedProject.create(inputs("purge"), context);
  const path = encodeURIComponent("team/setup-deletion_scheduled-9");
  expect(requests).toEqual([
    `DELETE /api/v4/projects/9?permanently_remove=true&full_path=${path}`,
    "GET /api/v4/projects/9",
  ]);
});

test.each([
  ["a scheduled project is a change", "restore", true],
  ["another token is none", undefined, false],
] as const)("%s", async (_, action, changes) => {
  const news = { ...inputs(action), token: "glpat-other" };
  expect(await adoptedProject.diff?.("team/setup", olds(), news, context)).toMatchObject({ changes });
});

test.each([400, 403])("a purge that GitLab refuses (%i) says what else there is", async (status) => {
  const refused = Object.assign(Object.create(GitLabError.prototype), { status });
  const client = { requester: { delete: () => Promise.reject(refused) } } as unknown as GitLab;
  const scheduled = { id: 9, path: "team/setup-deletion_scheduled-9" };
  await expect(purge(client, scheduled, context)).rejects.toMatchObject({
    what: "this GitLab does not delete a scheduled project at once",
    where: "team/setup-deletion_scheduled-9",
    fix: expect.stringContaining("deletedProject restore"),
  });
});
