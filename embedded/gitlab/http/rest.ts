import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { readParams } from "../model/params.js";
import { insufficientScope, Problem, unauthorized } from "../model/problem.js";
import { scopesForMethod, suffices } from "../model/scopes.js";
import { type Caller, checkToken, revokeFamily, tokenValue } from "./auth.js";
import type { Context } from "./context.js";
import { rateLimiter } from "./rate-limit.js";
import type { Answer, Call, Route } from "./route.js";

/** What runs a route for a request: authentication, scopes, parameters, the handler, the snapshot, the answer. */
export function restHandler(context: Context) {
  const limit = rateLimiter(context.settings.rateLimit);

  return async (route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = request.url.split("?")[0] ?? "";
    const planted = context.faults.take(request.method, path);
    if (planted?.delay) await sleep(planted.delay);
    const write = !["GET", "HEAD"].includes(request.method);
    const scopes = route.options.scopes ?? scopesForMethod(request.method);
    let caller: Caller | undefined;
    let call: Call | undefined;
    const note = (status: number) => {
      const user = caller?.user.username ?? null;
      const token = caller?.token.name ?? null;
      const role = call?.role ?? 0;
      context.journal.add({
        time: new Date().toISOString(),
        method: request.method,
        path,
        route: route.path,
        user,
        token,
        status,
        write,
        scopes,
        role,
      });
    };
    try {
      if (planted?.status)
        throw new Problem(planted.status, planted.body ?? { message: `${planted.status} planted` }, planted.headers);
      const now = new Date();
      const query = request.query as Record<string, unknown>;
      caller = await authenticate(context, route, request, path, now);
      reply.headers(limit(caller ? `token ${caller.token.id}` : request.ip, now));
      if (caller && !suffices(caller.token.scopes, scopes)) throw insufficientScope(scopes);
      const raw = { ...query, ...(request.body as Record<string, unknown> | undefined) };
      const parts = request.params as Record<string, string>;
      const address = `${context.url}${request.url}`;
      call = { context, state: context.store.state, caller, path: parts, raw, address, now, role: 0 };
      const answer = await route.handle(call, readParams(route.needs, route.may, raw) as never);
      if (write) await context.store.save();
      note(answer.status);
      if (planted?.cut) request.raw.socket.destroy();
      return send(reply, answer);
    } catch (error) {
      note(error instanceof Problem ? error.status : 500);
      throw error;
    }
  };
}

async function authenticate(
  context: Context,
  route: Route,
  request: FastifyRequest,
  path: string,
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
    return check.caller;
  }
  // A revoked token that tries to rotate was stolen, or its owner's was: nothing that came of it is trusted any more.
  if (check.revoked && /\/(personal_)?access_tokens\/(\d+|self)\/rotate$/.test(path)) {
    revokeFamily(context.store.state, check.revoked);
    await context.store.save();
  }
  throw check.problem;
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {});
  if (answer.body === undefined) return reply.send();
  if (Buffer.isBuffer(answer.body) || typeof answer.body === "string") return reply.send(answer.body);
  return reply.type("application/json").send(JSON.stringify(answer.body));
}
