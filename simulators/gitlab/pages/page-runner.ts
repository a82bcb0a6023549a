import type { FastifyReply, FastifyRequest } from "fastify";
import { runAutoMerges } from "../auto-merge.js";
import { type Caller, checkKnownToken } from "../http/auth.js";
import type { Call } from "../http/route.js";
import type { Context } from "../http/server-context.js";
import { insufficientScope, Problem } from "../model/problem.js";
import { scopesForMethod, suffices } from "../model/scopes.js";
import { cookieNames, cookieOptions } from "./cookies.js";
import { errorPage } from "./error-page.js";
import { renderPage } from "./frame.js";
import { at, type PageAnswer, type PageRoute, type Visit, wordsOf } from "./visit.js";

/** Opens a visit: who asks, by the session's cookie, and for what. */
export function openVisit(context: Context, request: FastifyRequest, reply: FastifyReply): Visit {
  const now = new Date();
  const names = cookieNames(context);
  const options = cookieOptions(context);
  const session = request.cookies?.[names.session];
  const caller = session === undefined ? undefined : callerOf(context, session, now);
  const raw = { ...(request.query as object), ...(request.body as object | undefined) };
  const here = context.settings.prefix + request.originalUrl;
  const path = { ...(request.params as Record<string, string>) };
  const call: Call = { context, state: context.store.state, caller, path, raw, address: here, now, role: 0 };
  return {
    call,
    here,
    // Made when a page has a form: the token's own cookie is set then.
    get csrf() {
      return reply.generateCsrf({ userInfo: session || "anonymous", ...options });
    },
    signIn(tokenId) {
      if (session !== undefined) context.sessions.close(session);
      reply.setCookie(names.session, context.sessions.open(tokenId, now), options);
    },
    signOut() {
      if (session !== undefined) context.sessions.close(session);
      reply.clearCookie(names.session, options).clearCookie(names.csrf, options);
    },
  };
}

/** The caller of a session; undefined once its token was revoked or has expired, or its user was blocked. */
function callerOf(context: Context, session: string, now: Date): Caller | undefined {
  const id = context.sessions.tokenOf(session, now);
  if (id === undefined) return undefined;
  const check = checkKnownToken(
    context.store.state,
    context.store.state.tokens.find((token) => token.id === id),
    now,
  );
  if (check.ok) return check.caller;
  context.sessions.close(session);
  return undefined;
}

/** Runs a page for a request: the page, the snapshot when something may have changed, the answer. */
export async function run(
  context: Context,
  page: PageRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const visit = openVisit(context, request, reply);
  const write = page.method === "POST";
  try {
    const { caller } = visit.call;
    const scopes = scopesForMethod(request.method);
    if (caller && !page.everybody && !suffices(caller.token.scopes, scopes)) throw insufficientScope(scopes);
    const answer = await page.handle(visit);
    if (write) {
      await runAutoMerges(context);
      await context.store.save();
    }
    journal(
      visit,
      page,
      request,
      answer.kind === "redirect" ? 303 : answer.kind === "page" ? (answer.status ?? 200) : 200,
    );
    return send(visit, answer, reply);
  } catch (error) {
    journal(visit, page, request, error instanceof Problem ? error.status : 500);
    throw error;
  }
}

function journal({ call }: Visit, page: PageRoute, request: FastifyRequest, status: number): void {
  call.context.journal.add({
    time: call.now.toISOString(),
    method: request.method,
    path: request.originalUrl.split("?")[0] ?? "",
    route: page.path.replace(/^\/[pn]\/:id/, "/:path"),
    user: call.caller?.user.username ?? null,
    token: call.caller?.token.name ?? null,
    status,
    write: page.method === "POST",
    scopes: scopesForMethod(request.method),
    role: call.role,
  });
}

function send(visit: Visit, answer: PageAnswer, reply: FastifyReply): FastifyReply {
  if (answer.kind === "redirect") return reply.redirect(answer.to, answer.status ?? 303);
  if (answer.kind === "page") {
    return reply
      .code(answer.status ?? 200)
      .type("text/html; charset=utf-8")
      .send(renderPage(visit, answer));
  }
  if (answer.download !== undefined) {
    reply.header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(answer.download)}`);
  }
  // Whatever a repository holds, its file does nothing when it is opened by itself.
  return reply.header("content-security-policy", "default-src 'none'; sandbox").type(answer.type).send(answer.content);
}

/** Answers with a page that says what is wrong; strangers are asked to sign in where signing in might help. */
export function sendError(visit: Visit, reply: FastifyReply, error: unknown, method: string): FastifyReply {
  const status = error instanceof Problem ? error.status : ((error as { statusCode?: number }).statusCode ?? 500);
  if (!visit.call.caller && method === "GET" && [401, 403, 404].includes(status)) {
    return reply.redirect(`${at(visit, "/users/sign_in")}?to=${encodeURIComponent(visit.here)}`, 302);
  }
  return send(visit, errorPage(visit, status, wordsOf(error)), reply);
}
