import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { noFaults } from "../../../../simulators/gitlab/http/faults.js";
import { openJournal } from "../../../../simulators/gitlab/http/journal.js";
import { KeyedLock } from "../../../../simulators/gitlab/http/keyed-lock.js";
import { buildServer } from "../../../../simulators/gitlab/http/server.js";
import type { Context, HookEvent } from "../../../../simulators/gitlab/http/server-context.js";
import { noSessions } from "../../../../simulators/gitlab/http/sessions.js";
import { layoutOf } from "../../../../simulators/gitlab/layout.js";
import { nextId } from "../../../../simulators/gitlab/model/server-state.js";
import type { User } from "../../../../simulators/gitlab/model/types/accounts.js";
import { allRoutes } from "../../../../simulators/gitlab/routes/all.js";
import { defaultSettings, type GitLabSettings } from "../../../../simulators/gitlab/settings.js";
import { addToken } from "../../../../simulators/gitlab/tokens.js";
import { addUser, newState } from "./support.js";

/** An answer, its body parsed where it is JSON. */
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** How a request differs from one of the administrator's with a JSON body. */
interface Sending {
  /** Value of a token; null for none. @default the administrator's */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The embedded GitLab in this process: no port, no TLS, its state in memory. */
export interface InProcess {
  readonly app: FastifyInstance;
  readonly context: Context;
  /** What webhooks would have been sent. */
  readonly events: HookEvent[];
  api(method: string, path: string, body?: unknown, sending?: Sending): Promise<Answer>;
  /** A request to an address outside the API. */
  send(method: string, path: string, body?: string | Buffer, sending?: Sending): Promise<Answer>;
  /** A user and a token of hers. @param scopes of the token @default api */
  user(username: string, wish?: Partial<User>, scopes?: readonly string[]): { readonly id: number; token: string };
  /** A project of the administrator's. @param files committed to main */
  project(path: string, files?: Readonly<Record<string, string>>): Promise<number>;
  commit(id: number, branch: string, files: Readonly<Record<string, string>>, more?: object): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts one. Git itself is needed: projects have real repositories in a temporary folder. */
export async function inProcess(settings: Partial<GitLabSettings> = {}): Promise<InProcess> {
  const root = mkdtempSync(join(tmpdir(), "timonier-gitlab-unit-"));
  const layout = layoutOf(root);
  mkdirSync(layout.repositories);
  const state = newState();
  const events: HookEvent[] = [];
  const context: Context = {
    store: { state, save: async () => {} },
    settings: { ...defaultSettings, tls: false, ...settings },
    layout,
    url: "http://gitlab.example",
    locks: new KeyedLock(),
    journal: openJournal(undefined),
    faults: noFaults(),
    sessions: noSessions(),
    memo: new Map(),
    deliver: (event) => void events.push(event),
    log: (line) => void console.error(line),
  };
  const user: InProcess["user"] = (username, wish = {}, scopes = ["api"]) => {
    const made = addUser(state, username, wish);
    const token = `glpat-${username}-${nextId(state, "test token")}`;
    const asked = { name: "t", scopes, expiresAt: null };
    addToken(state, made, asked, { owner: { kind: "user" }, value: token, now: new Date() });
    return { id: made.id, token };
  };
  const root_ = user("root", { admin: true, name: "Administrator" }, ["api", "sudo"]);
  const app = buildServer(context, allRoutes, undefined);
  await app.ready();
  const send: InProcess["send"] = async (method, path, body, { token = root_.token, headers = {} } = {}) => {
    const answer = await app.inject({
      method: method as "GET",
      url: path,
      headers: { ...(token !== null && { "private-token": token }), ...headers },
      ...(body !== undefined && { payload: body }),
    });
    const json = String(answer.headers["content-type"]).includes("json");
    const text = answer.body;
    return { status: answer.statusCode, body: json && text !== "" ? JSON.parse(text) : text, headers: answer.headers };
  };
  const api: InProcess["api"] = (method, path, body, sending = {}) =>
    send(method, `/api/v4${path}`, body === undefined ? undefined : JSON.stringify(body), {
      ...sending,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...sending.headers },
    });
  const commit: InProcess["commit"] = (id, branch, files, more = {}) =>
    api("POST", `/projects/${id}/repository/commits`, {
      branch,
      commit_message: `change ${branch}`,
      actions: Object.entries(files).map(([file_path, content]) => ({ action: "create", file_path, content })),
      ...more,
    });
  return {
    app,
    context,
    events,
    api,
    send,
    user,
    commit,
    async project(path, files = { "README.md": `# ${path}\n` }) {
      const { body } = await api("POST", "/projects", { name: path });
      await commit(body.id, "main", files);
      return body.id;
    },
    async close() {
      await app.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
