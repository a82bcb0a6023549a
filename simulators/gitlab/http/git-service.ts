import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { serveGit } from "@timonier/kit/git-http-backend";
import type { FastifyReply, FastifyRequest } from "fastify";
import { messagePackets, type PushHeader, readPushHeader } from "../git/pkt-line.js";
import { hasRefs } from "../git/repositories.js";
import { accessLevels } from "../model/access-level.js";
import { canReadCode, canSeeProject, projectLevel } from "../model/membership.js";
import { findProject, projectPath } from "../model/namespaces.js";
import { decidePush } from "../model/protection.js";
import { gitAbilities } from "../model/scopes.js";
import type { AccessToken, DeployToken, Project, User } from "../model/types.js";
import { afterPush } from "../push.js";
import { afterClientPush } from "../push-options.js";
import { basicCredentials, checkDeployToken, checkToken } from "./auth.js";
import { type Context, repositoryOf, stateOf } from "./server-context.js";

/** Who asks for a repository. */
type GitCaller =
  | { readonly kind: "nobody" }
  | {
      readonly kind: "user";
      readonly user: User;
      readonly download: boolean;
      readonly push: boolean;
      readonly token: AccessToken;
    }
  | { readonly kind: "deploy-token"; readonly token: DeployToken };

/** A refusal as Git clients show it. */
interface Refusal {
  readonly status: 401 | 403 | 404;
  readonly text: string;
}

const denied: Refusal = {
  status: 401,
  text: "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped.",
};
const missing: Refusal = {
  status: 404,
  text: "The project you were looking for could not be found or you don't have permission to view it.",
};

/** Answers Git over HTTPS, and 404 for every other address outside the API. */
export async function serveGitRequest(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const [path = "", query = ""] = request.url.split("?");
  const match = /^\/(.+?)(\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
  if (!match) return reply.code(404).send({ error: "404 Not Found" });
  const [, encoded = "", suffix, service = ""] = match;
  const asked = service === "info/refs" ? new URLSearchParams(query).getAll("service").at(-1) : service;
  if (asked !== "git-upload-pack" && asked !== "git-receive-pack") {
    return reply.code(403).type("text/plain").send("Git access over dumb HTTP is not allowed\n");
  }
  if ((service === "info/refs") !== (request.method === "GET")) return reply.code(405).send();
  if (!suffix) {
    if (request.method !== "GET") return refuse(reply, missing);
    return reply.redirect(`${context.url}/${encoded}.git/info/refs?service=${asked}`, 301);
  }
  const injected = context.faults.take(request.method, path);
  if (injected?.delay) await sleep(injected.delay);
  const caller = identify(context, request);
  const write = request.method === "POST" && asked === "git-receive-pack";
  const note = (status: number) => {
    const user =
      caller?.kind === "user" ? caller.user.username : caller?.kind === "deploy-token" ? caller.token.username : null;
    const token =
      caller?.kind === "user" ? caller.token.name : caller?.kind === "deploy-token" ? caller.token.name : null;
    const push = asked === "git-receive-pack";
    const scopes = push ? ["write_repository", "api"] : ["read_repository", "write_repository", "read_api", "api"];
    const role = push ? accessLevels.developer : accessLevels.reporter;
    context.journal.add({
      time: new Date().toISOString(),
      method: request.method,
      path,
      route: path.replace(/^.*\.git\//, "/:project.git/"),
      user,
      token,
      status,
      write,
      scopes,
      role,
    });
  };
  if (injected?.status) {
    note(injected.status);
    return reply.code(injected.status).type("text/plain").send("injected\n");
  }
  const project = findProject(stateOf(context), safeDecode(encoded));
  const refusal = check(context, caller, project, asked === "git-receive-pack");
  if (refusal || !project) {
    note((refusal ?? missing).status);
    return refuse(reply, refusal ?? missing);
  }
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string);
  const cut = injected?.cut ? () => request.raw.socket.destroy() : undefined;
  try {
    if (write && caller?.kind === "user") await push(context, request, reply, project, caller, cut);
    // Git gets the service that was checked, whatever else the client's query holds.
    else
      await download(
        context,
        request,
        reply,
        project,
        `/${service}`,
        service === "info/refs" ? `service=${asked}` : "",
      );
    note(200);
  } catch (error) {
    note(500);
    context.log(`${request.method} ${path}: ${(error as Error).message}`);
    if (!reply.raw.headersSent) reply.raw.writeHead(error instanceof RangeError ? 400 : 500);
    reply.raw.end();
  }
  return reply;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuse(reply: FastifyReply, { status, text }: Refusal): FastifyReply {
  if (status === 401) reply.header("www-authenticate", 'Basic realm="GitLab"');
  return reply.code(status).type("text/plain; charset=utf-8").send(`${text}\n`);
}

/** Who the credentials belong to; undefined when they are given and wrong. */
function identify(context: Context, request: FastifyRequest): GitCaller | undefined {
  const credentials = basicCredentials(request.headers.authorization);
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const value = credentials?.password ?? bearer;
  if (value === undefined) return request.headers.authorization ? undefined : { kind: "nobody" };
  const now = new Date();
  const found = checkToken(stateOf(context), value, now);
  if (found.ok) {
    const { user, token } = found.caller;
    token.lastUsedAt = now.toISOString();
    return { kind: "user", user, token, ...gitAbilities(token.scopes) };
  }
  const deploy = checkDeployToken(stateOf(context), credentials?.username ?? "", value, now);
  return deploy ? { kind: "deploy-token", token: deploy } : undefined;
}

/** Whether a caller may do it; undefined when so. */
function check(
  context: Context,
  caller: GitCaller | undefined,
  project: Project | undefined,
  push: boolean,
): Refusal | undefined {
  const state = stateOf(context);
  if (!caller) return denied;
  if (caller.kind === "nobody") return project && !push && canReadCode(state, undefined, project) ? undefined : denied;
  if (caller.kind === "deploy-token") {
    if (!project || !deployTokenReaches(context, caller.token, project)) return denied;
    if (push) return { status: 403, text: "You are not allowed to upload code." };
    return caller.token.scopes.includes("read_repository")
      ? undefined
      : { status: 403, text: "You are not allowed to download code." };
  }
  if (!project || !canSeeProject(state, caller.user, project)) return missing;
  if (push ? !caller.push : !caller.download) {
    return { status: 403, text: `You are not allowed to ${push ? "upload" : "download"} code.` };
  }
  if (!push) {
    return canReadCode(state, caller.user, project)
      ? undefined
      : { status: 403, text: "You are not allowed to download code from this project." };
  }
  const mayPush = !project.archived && projectLevel(state, caller.user, project) >= accessLevels.developer;
  return mayPush ? undefined : { status: 403, text: "You are not allowed to push code to this project." };
}

function deployTokenReaches(context: Context, token: DeployToken, project: Project): boolean {
  if (token.owner.kind === "project") return token.owner.id === project.id;
  const { id } = token.owner;
  const group = stateOf(context).groups.find((candidate) => candidate.id === project.namespaceId);
  for (let each = group; each; ) {
    if (each.id === id) return true;
    const { parentId } = each;
    each = stateOf(context).groups.find((candidate) => candidate.id === parentId);
  }
  return false;
}

async function download(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  project: Project,
  service: string,
  query: string,
) {
  const repository = repositoryOf(context, project);
  const body = request.method === "POST" ? request.raw : undefined;
  await serveGit(request.raw, reply.raw, {
    repository,
    service,
    query,
    body,
    user: projectPath(stateOf(context), project),
  });
}

async function push(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  project: Project,
  caller: Extract<GitCaller, { kind: "user" }>,
  cut: (() => void) | undefined,
) {
  const { user } = caller;
  const repository = repositoryOf(context, project);
  const packed = request.headers["content-encoding"] === "gzip";
  const stream = packed ? request.raw.pipe(createGunzip()) : request.raw;
  const body = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const header: PushHeader = await readPushHeader(body);
  const decision = decidePush(stateOf(context), user, project, header.changes, !(await hasRefs(repository)));
  const env = decision.allowed
    ? { TIMONIER_PUSH: "decided", TIMONIER_FORWARD_ONLY: decision.forwardOnly.join("\n") }
    : { TIMONIER_REFUSAL: decision.message };
  const pushed = async () => {
    await afterPush(context, project, user, header.changes);
    const path = { id: String(project.id) };
    const now = new Date();
    const call = { context, state: stateOf(context), caller, path, raw: {}, address: context.url, now, role: 0 };
    const text = await afterClientPush(call, project, header.changes, header.options);
    if (header.options.length > 0) await context.store.save();
    return text;
  };
  await serveGit(request.raw, reply.raw, {
    repository,
    service: "/git-receive-pack",
    query: "",
    head: header.bytes,
    body,
    unpacked: packed,
    user: user.username,
    env,
    after: async () => {
      const text = decision.allowed ? await pushed() : "";
      cut?.();
      return header.sideBand ? messagePackets(text) : Buffer.alloc(0);
    },
  });
}
