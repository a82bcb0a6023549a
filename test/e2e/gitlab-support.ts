import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { type GitLabAddress, readToken, removeGitLab, startGitLab } from "../../simulators/gitlab/lifecycle.js";
import type { GitLabSettings } from "../../simulators/gitlab/settings.js";

/** An answer of the API, its body parsed where it is JSON. */
export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A server in a temporary folder, with what tests do to it. */
export interface TestGitLab extends GitLabAddress {
  readonly dir: string;
  readonly root: string;
  readonly maintainer: string;
  api(method: string, path: string, body?: unknown, token?: string | null): Promise<Reply>;
  git(cwd: string, args: readonly string[]): Promise<{ code: number; out: string }>;
  /** Address of a repository with credentials in it. */
  repository(path: string, user: string, password: string): string;
  scratch(name: string): string;
  remove(): Promise<void>;
}

/** Starts a server of its own. */
export async function startTestGitLab(settings: Partial<GitLabSettings> = {}): Promise<TestGitLab> {
  const folder = mkdtempSync(join(tmpdir(), "timonier-gitlab-"));
  const dir = join(folder, "gitlab");
  const address = await startGitLab(dir, { settings: { test: true, journal: true, ...settings } }).catch((error) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const secure = address.url.startsWith("https:");
  const agent = new Agent(secure ? { connect: { ca: readFileSync(address.caFile) } } : {});
  const root = readToken(dir);
  return {
    ...address,
    dir,
    root,
    maintainer: readToken(dir, "maintainer"),
    async api(method, path, body, token = root) {
      const answer = await request(path.startsWith("/-/") ? address.url + path : `${address.url}/api/v4${path}`, {
        method: method as "GET",
        dispatcher: agent,
        headers: {
          ...(token !== null && { "private-token": token }),
          ...(body !== undefined && { "content-type": "application/json" }),
          "x-timonier-test": path.startsWith("/-/") ? readFileSync(join(dir, "test-token"), "utf8").trim() : "",
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.body.text();
      const json = String(answer.headers["content-type"]).includes("json");
      return {
        status: answer.statusCode,
        body: json && text !== "" ? JSON.parse(text) : text,
        headers: answer.headers,
      };
    },
    git: (cwd, args) => runGit(address.caFile, cwd, args),
    repository(path, user, password) {
      const url = new URL(`${address.url}/${path}.git`);
      url.username = user;
      url.password = password;
      return url.href;
    },
    scratch: (name) => join(folder, name),
    async remove() {
      await agent.close();
      await removeGitLab(dir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runGit(caFile: string, cwd: string, args: readonly string[]): Promise<{ code: number; out: string }> {
  const config = ["-c", `http.sslCAInfo=${caFile}`, "-c", "user.name=Test", "-c", "user.email=test@example.com"];
  const env = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
  };
  return new Promise((resolve) => {
    execFile(
      "git",
      [...config, "-c", "init.defaultBranch=main", ...args],
      { cwd, env, maxBuffer: 64e6 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out: stdout + stderr });
      },
    );
  });
}

/** A project of root's with one commit on main. */
export async function makeProject(
  gitlab: TestGitLab,
  name: string,
  files: Record<string, string> = { "README.md": "hello\n" },
) {
  const { status, body: project } = await gitlab.api("POST", "/projects", { name });
  if (status !== 201) throw new Error(`project ${name}: ${status} ${JSON.stringify(project)}`);
  const actions = Object.entries(files).map(([file_path, content]) => ({ action: "create", file_path, content }));
  await commit(gitlab, project.id, "main", actions);
  return project as { id: number; path_with_namespace: string; http_url_to_repo: string };
}

/** One commit by the API. */
export async function commit(
  gitlab: TestGitLab,
  id: number,
  branch: string,
  actions: readonly object[],
  more: object = {},
  token?: string,
): Promise<Reply> {
  return gitlab.api(
    "POST",
    `/projects/${id}/repository/commits`,
    { branch, commit_message: "a commit", actions, ...more },
    token,
  );
}

/** A user with a token. @returns id and token's value */
export async function makeUser(gitlab: TestGitLab, username: string, scopes: readonly string[] = ["api"]) {
  const { body: user } = await gitlab.api("POST", "/users", {
    username,
    name: username,
    email: `${username}@example.com`,
    reset_password: true,
  });
  const { body: token } = await gitlab.api("POST", `/users/${user.id}/personal_access_tokens`, { name: "t", scopes });
  return { id: user.id as number, token: token.token as string, tokenId: token.id as number };
}
