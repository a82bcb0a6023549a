import { randomUUID } from "node:crypto";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { parseForm, parseMultipart } from "../model/form.js";
import { apiError, Problem } from "../model/problem.js";
import { limitBody, patience } from "./bodies.js";
import { serveGitRequest } from "./git-service.js";
import { isGit, isPage, lazyPages } from "./pages-gate.js";
import { restHandler } from "./rest.js";
import type { Route } from "./route.js";
import type { Context } from "./server-context.js";
import { testRoutes } from "./test-endpoints.js";

/** Key and certificate; undefined for plain HTTP. */
export interface TlsPair {
  readonly key: string;
  readonly cert: string;
}

/** Largest REST body: a commit of many files. */
const bodyLimit = 128 * 1024 * 1024;

/**
 * What GitLab sends with every answer. Without Strict-Transport-Security: a browser would apply it
 * to every other server on localhost.
 */
const securityHeaders = {
  "cache-control": "max-age=0, private, must-revalidate",
  "content-security-policy": "default-src 'none'",
  "referrer-policy": "strict-origin-when-cross-origin",
  vary: "Origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
} as const;

/** The server with every route, not yet listening. */
export function buildServer(context: Context, routes: readonly Route[], tls: TlsPair | undefined): FastifyInstance {
  const { prefix } = context.settings;
  const common = {
    logger: false,
    bodyLimit,
    // Pushes may take long; idle connections are closed by the keep-alive timeout.
    requestTimeout: 0,
    keepAliveTimeout: 20_000,
    forceCloseConnections: true as const,
    routerOptions: { maxParamLength: 4_096, querystringParser: parseForm, ignoreTrailingSlash: true },
    genReqId: () => randomUUID(),
    rewriteUrl: (request: { url?: string | undefined }) => stripPrefix(request.url ?? "/", prefix),
  };
  const app = (tls ? fastify({ ...common, https: tls }) : fastify(common)) as unknown as FastifyInstance;
  parseBodies(app);
  app.addHook("onRequest", async (request, reply) => {
    limitBody(request.raw, reply.raw, isGit(request.url) ? patience.git : patience.api);
    reply.headers({ ...securityHeaders, "x-request-id": request.id });
    if (/%00|\0/.test(request.url)) return reply.code(400).type("text/plain").send("Bad Request");
    // Before the body is read.
    if (request.is404) return unknownAddress(request, reply);
    return undefined;
  });
  app.setErrorHandler((error, request, reply) => answerError(context, error, request, reply));
  const rest = restHandler(context);
  const unknownAddress = answerUnknown(routes);
  for (const each of routes) {
    app.route({
      method: each.method,
      url: `${each.options.base ?? "/api/v4"}${each.path}`,
      // Before the body is read: a request without a token must not use memory.
      onRequest: (request, reply) => rest.admit(each, request, reply),
      handler: (request, reply) => rest.handle(each, request, reply),
    });
  }
  for (const path of ["/-/health", "/-/readiness", "/-/liveness"])
    app.get(path, (_request, reply) => reply.send("GitLab OK"));
  if (context.settings.test) testRoutes(app, context);
  const git = (request: FastifyRequest, reply: FastifyReply) => serveGitRequest(context, request, reply);
  const pages = lazyPages(context);
  app.route({
    method: ["GET", "POST"],
    url: "/*",
    // Git's packs stay in the stream; no other body of Git is large.
    bodyLimit: 4_096,
    // Before the body is read: the pages are a server of their own, with its own limits.
    onRequest: async (request, reply) => {
      if (isPage(request.url)) await pages(request, reply);
      else if (!isGit(request.url)) return unknownAddress(request, reply);
      // Any other body would be read before its sender is known, however slowly it comes.
      else if (request.method === "POST" && !isPack(request)) return reply.code(415).send();
      return undefined;
    },
    handler: git,
  });
  return app;
}

/** Whether a body is one of Git's, which stays in the stream. */
function isPack({ headers }: FastifyRequest): boolean {
  return headers["content-type"]?.startsWith("application/x-git-") ?? false;
}

/** The address below the prefix; an address outside of it does not exist. */
export function stripPrefix(url: string, prefix: string): string {
  if (prefix === "") return url;
  if (url === prefix) return "/";
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : "/-/outside";
}

function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/(.+\+)?json/, { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, body === "" ? {} : JSON.parse(body as string));
    } catch {
      done(apiError(400, "Problems parsing JSON"));
    }
  });
  app.addContentTypeParser(/^application\/x-www-form-urlencoded/, { parseAs: "string" }, (_request, body, done) => {
    done(null, parseForm(body as string));
  });
  app.addContentTypeParser(/^multipart\/form-data/, { parseAs: "buffer" }, (request, body, done) => {
    done(null, parseMultipart(body as Buffer, request.headers["content-type"] ?? ""));
  });
  // Git's packs stay in the stream.
  app.addContentTypeParser(/^application\/x-git-/, (_request, _payload, done) => done(null));
  // A body of an unknown type is refused and not ignored.
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
    if (body.length === 0) done(null, {});
    else done(apiError(415, "The provided content-type is not supported."));
  });
}

function answerError(context: Context, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Problem) return reply.code(error.status).headers(error.headers).send(error.body);
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status < 500) return reply.code(status).send({ error: (error as Error).message });
  context.log(`${request.method} ${request.url.split("?")[0]}: ${(error as Error).stack ?? String(error)}`);
  return reply.code(500).send({ message: "500 Internal Server Error" });
}

/** Answers 410 for the old API, 405 for a known address with another verb, and 404 for an unknown address. */
function answerUnknown(routes: readonly Route[]): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const known = routes.map(({ method, path, options }) => ({
    method,
    pattern: new RegExp(`^${(options.base ?? "/api/v4") + path.replace(/:\w+/g, "[^/]+")}/?$`),
  }));
  return (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    if (/^\/api\/v3(\/|$)/.test(path))
      return reply.code(410).send({ error: "API V3 is no longer supported. Use API V4 instead." });
    const verbs = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (verbs.length === 0) return reply.code(404).send({ error: "404 Not Found" });
    const allow = [...new Set(verbs.flatMap((verb) => (verb === "GET" ? [verb, "HEAD"] : [verb])))].join(", ");
    return reply.code(405).header("allow", allow).send({ error: "405 Not Allowed" });
  };
}
