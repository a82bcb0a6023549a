import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { runAutoMerges } from "../auto-merge.js";
import { readParams, refuseUnknown } from "../model/params.js";
import { forbidden, insufficientScope, notFound, Problem, unauthorized } from "../model/problem.js";
import { scopesForMethod, suffices } from "../model/scopes.js";
import { type Caller, checkToken, revokeFamily, tokenValue } from "./auth.js";
import { rateLimiter } from "./rate-limit.js";
import type { Answer, Call, Route } from "./route.js";
import type { Context } from "./server-context.js";

/** What runs a route for a request. */
export interface RestHandler {
  /** Before the body is read: authentication, limits, scopes. @throws Problem */
  admit(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Parameters, the handler, the snapshot, the answer. */
  handle(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

/** Runs the routes of a server. */
export function restHandler(context: Context): RestHandler {
  const limit = rateLimiter(context.settings.rateLimit);
  return {
    async admit(route, request, reply) {
      let caller: Caller | undefined;
      try {
        const now = new Date();
        caller = await authenticate(context, route, request, now);
        reply.headers(limit(caller ? `token ${caller.token.id}` : request.ip, now));
        const scopes = scopesOf(route, request);
        if (caller && !suffices(caller.token.scopes, scopes)) throw insufficientScope(scopes);
      } catch (error) {
        record(context, route, request, { caller, role: 0, status: statusOf(error) });
        throw error;
      }
    },
    async handle(route, request, reply) {
      const injected = context.faults.take(request.method, pathOf(request));
      if (injected?.delay) await sleep(injected.delay);
      let caller: Caller | undefined;
      let call: Call | undefined;
      try {
        if (injected?.status)
          throw new Problem(
            injected.status,
            injected.body ?? { message: `${injected.status} injected` },
            injected.headers,
          );
        const now = new Date();
        // Again: the token may have been revoked while the body arrived.
        caller = await authenticate(context, route, request, now);
        const query = request.query as Record<string, unknown>;
        const raw = { ...query, ...(request.body as Record<string, unknown> | undefined) };
        const parts = request.params as Record<string, string>;
        const address = `${context.url}${request.url}`;
        call = { context, state: context.store.state, caller, path: parts, raw, address, now, role: 0 };
        const { needs, may, options } = route;
        const known = [needs, may, parts].flatMap((names) => Object.keys(names));
        refuseUnknown([...known, ...(options.ignores ?? [])], raw);
        const answer = await route.handle(call, readParams(needs, may, raw) as never);
        if (isWrite(request)) {
          await runAutoMerges(context);
          await context.store.save();
        }
        record(context, route, request, { caller, role: call.role, status: answer.status });
        if (injected?.cut) request.raw.socket.destroy();
        return send(reply, answer);
      } catch (error) {
        record(context, route, request, { caller, role: call?.role ?? 0, status: statusOf(error) });
        throw error;
      }
    },
  };
}

const pathOf = (request: FastifyRequest) => request.url.split("?")[0] ?? "";
const isWrite = (request: FastifyRequest) => !["GET", "HEAD"].includes(request.method);
const scopesOf = (route: Route, request: FastifyRequest) => route.options.scopes ?? scopesForMethod(request.method);
const statusOf = (error: unknown) => (error instanceof Problem ? error.status : 500);

/** How a request ended. */
interface Outcome {
  readonly caller: Caller | undefined;
  /** Highest role that was asked for. */
  readonly role: number;
  readonly status: number;
}

/** Writes a request into the journal. */
function record(context: Context, route: Route, request: FastifyRequest, { caller, role, status }: Outcome): void {
  context.journal.add({
    time: new Date().toISOString(),
    method: request.method,
    path: pathOf(request),
    route: route.path,
    user: caller?.user.username ?? null,
    token: caller?.token.name ?? null,
    status,
    write: isWrite(request),
    scopes: scopesOf(route, request),
    role,
  });
}

async function authenticate(
  context: Context,
  route: Route,
  request: FastifyRequest,
  now: Date,
): Promise<Caller | undefined> {
  const value = tokenValue(request.headers, request.query as Record<string, unknown>);
  if (value === undefined) {
    if (route.options.open) return undefined;
    throw unauthorized();
  }
  const check = checkToken(context.store.state, value, now);
  if (check.ok) {
    check.caller.token.lastUsedAt = now.toISOString();
    // Before the body is read there is none to look at.
    const body = request.body as Record<string, unknown> | undefined;
    const wanted = body?.sudo ?? (request.query as Record<string, unknown>).sudo ?? request.headers.sudo;
    return wanted === undefined ? check.caller : sudo(context, check.caller, String(wanted));
  }
  // A revoked token that is used for a rotation was stolen: every token that descends from it is revoked.
  if (check.revoked && /\/(personal_)?access_tokens\/(\d+|self)\/rotate$/.test(pathOf(request))) {
    revokeFamily(context.store.state, check.revoked);
    await context.store.save();
  }
  throw check.problem;
}

/** The caller as another user. @see https://docs.gitlab.com/api/rest/authentication/#sudo */
function sudo(context: Context, caller: Caller, wanted: string): Caller {
  if (!caller.user.admin) throw forbidden("Must be admin to use sudo");
  if (!caller.token.scopes.includes("sudo")) throw insufficientScope(["sudo"]);
  const user = context.store.state.users.find(({ id, username }) => String(id) === wanted || username === wanted);
  if (!user) throw notFound(`User with ID or username '${wanted}'`);
  return { ...caller, user };
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {});
  if (answer.body === undefined) return reply.send();
  if (Buffer.isBuffer(answer.body) || typeof answer.body === "string") return reply.send(answer.body);
  return reply.type("application/json").send(JSON.stringify(answer.body));
}
