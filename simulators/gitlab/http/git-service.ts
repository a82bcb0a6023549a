import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { serveGit } from "@timonier/kit/git-http-backend";
import type { FastifyReply, FastifyRequest } from "fastify";
import { messagePackets, readPushHeader } from "../git/pkt-line.js";
import { hasRefs } from "../git/repositories.js";
import { accessLevels } from "../model/access-level.js";
import { findProject, projectPath } from "../model/namespaces.js";
import { decidePush } from "../model/protection.js";
import type { Project } from "../model/types/projects.js";
import { afterPush } from "../push.js";
import { afterClientPush } from "../push-options.js";
import { checkAccess, type GitCaller, type GitRefusal, type GitUser, identify, missingProject } from "./git-access.js";
import { type Context, repositoryOf, stateOf } from "./server-context.js";

/** A request of Git, as its address says. */
interface GitAddress {
  /** Path of the project, encoded. */
  readonly project: string;
  /** Whether the address has `.git`, without which GitLab redirects. */
  readonly suffixed: boolean;
  /** Part of the address behind the project. */
  readonly endpoint: string;
  /** Service that the client asks for; undefined for the old protocol without services. */
  readonly service: "git-upload-pack" | "git-receive-pack" | undefined;
}

/** Reads the address of a request of Git; undefined for any other address. */
function readAddress(url: string): GitAddress | undefined {
  const [path = "", query = ""] = url.split("?");
  const match = /^\/(.+?)(\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
  if (!match) return undefined;
  const [, project = "", suffix, endpoint = ""] = match;
  // Git takes the last one of several values, so the last one is checked.
  const asked = endpoint === "info/refs" ? new URLSearchParams(query).getAll("service").at(-1) : endpoint;
  const service = asked === "git-upload-pack" || asked === "git-receive-pack" ? asked : undefined;
  return { project, suffixed: suffix !== undefined, endpoint, service };
}

/** A request of Git on its way: where it goes, and for which project. */
interface GitRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly project: Project;
  /** Cuts the connection after the work, for a fault that a test injected. */
  readonly cut: (() => void) | undefined;
}

/** Answers Git over HTTPS, and 404 for every other address outside the API. */
export async function serveGitRequest(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const address = readAddress(request.url);
  if (!address) return reply.code(404).send({ error: "404 Not Found" });
  const { endpoint, service } = address;
  if (!service) return reply.code(403).type("text/plain").send("Git access over dumb HTTP is not allowed\n");
  if ((endpoint === "info/refs") !== (request.method === "GET")) return reply.code(405).send();
  if (!address.suffixed) {
    if (request.method !== "GET") return refuse(reply, missingProject);
    return reply.redirect(`${context.url}/${address.project}.git/info/refs?service=${service}`, 301);
  }
  const injected = context.faults.take(request.method, pathOf(request));
  if (injected?.delay) await sleep(injected.delay);
  const caller = identify(context, request);
  const record = (status: number) => recordRequest(context, request, caller, { service, status });
  if (injected?.status) {
    record(injected.status);
    return reply.code(injected.status).type("text/plain").send("injected\n");
  }
  const project = findProject(stateOf(context), safeDecode(address.project));
  const refusal = checkAccess(context, caller, project, service === "git-receive-pack");
  if (refusal || !project) {
    record((refusal ?? missingProject).status);
    return refuse(reply, refusal ?? missingProject);
  }
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string);
  const cut = injected?.cut ? () => request.raw.socket.destroy() : undefined;
  try {
    const served = { request, reply, project, cut };
    if (endpoint === "git-receive-pack" && caller?.kind === "user") await push(context, served, caller);
    else await download(context, served, { ...address, service });
    record(200);
  } catch (error) {
    record(500);
    context.log(`${request.method} ${pathOf(request)}: ${(error as Error).message}`);
    if (!reply.raw.headersSent) reply.raw.writeHead(error instanceof RangeError ? 400 : 500);
    reply.raw.end();
  }
  return reply;
}

const pathOf = (request: FastifyRequest) => request.url.split("?")[0] ?? "";

/** Writes a request into the journal. */
function recordRequest(
  context: Context,
  request: FastifyRequest,
  caller: GitCaller | undefined,
  { service, status }: { readonly service: string; readonly status: number },
): void {
  const pushes = service === "git-receive-pack";
  const path = pathOf(request);
  context.journal.add({
    time: new Date().toISOString(),
    method: request.method,
    path,
    route: path.replace(/^.*\.git\//, "/:project.git/"),
    user:
      caller?.kind === "user" ? caller.user.username : caller?.kind === "deploy-token" ? caller.token.username : null,
    token: caller && caller.kind !== "anonymous" ? caller.token.name : null,
    status,
    write: request.method === "POST" && pushes,
    scopes: pushes ? ["write_repository", "api"] : ["read_repository", "write_repository", "read_api", "api"],
    role: pushes ? accessLevels.developer : accessLevels.reporter,
  });
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuse(reply: FastifyReply, { status, text }: GitRefusal): FastifyReply {
  if (status === 401) reply.header("www-authenticate", 'Basic realm="GitLab"');
  return reply.code(status).type("text/plain; charset=utf-8").send(`${text}\n`);
}

/**
 * Serves everything but a push of a user. Git gets the service that was checked, whatever else the
 * client's query holds.
 */
async function download(
  context: Context,
  { request, reply, project }: GitRequest,
  { endpoint, service }: GitAddress,
): Promise<void> {
  await serveGit(request.raw, reply.raw, {
    repository: repositoryOf(context, project),
    service: `/${endpoint}`,
    query: endpoint === "info/refs" ? `service=${service}` : "",
    body: request.method === "POST" ? request.raw : undefined,
    user: projectPath(stateOf(context), project),
  });
}

async function push(context: Context, { request, reply, project, cut }: GitRequest, caller: GitUser): Promise<void> {
  const { user } = caller;
  const repository = repositoryOf(context, project);
  const packed = request.headers["content-encoding"] === "gzip";
  const stream = packed ? request.raw.pipe(createGunzip()) : request.raw;
  const body = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const header = await readPushHeader(body);
  const { changes, options } = header;
  const decision = decidePush(stateOf(context), user, project, { changes, empty: !(await hasRefs(repository)) });
  const env = decision.allowed
    ? { TIMONIER_PUSH: "decided", TIMONIER_FORWARD_ONLY: decision.forwardOnly.join("\n") }
    : { TIMONIER_REFUSAL: decision.message };
  const pushed = async () => {
    await afterPush(context, project, user, changes);
    const path = { id: String(project.id) };
    const now = new Date();
    const call = { context, state: stateOf(context), caller, path, raw: {}, address: context.url, now, role: 0 };
    const text = await afterClientPush(call, project, changes, options);
    if (options.length > 0) await context.store.save();
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
