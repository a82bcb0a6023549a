import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import cookies from "@fastify/cookie";
import csrf from "@fastify/csrf-protection";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Context } from "../http/server-context.js";
import { parseForm } from "../model/form.js";
import { notFound, Problem } from "../model/problem.js";
import { allPages } from "./all.js";
import { cookieNames, cookieOptions } from "./cookies.js";
import { routedAddress } from "./page-address.js";
import { openVisit, run, sendError } from "./page-runner.js";

/** Largest form: GitLab's longest comment, encoded. */
const bodyLimit = 4 * 1024 * 1024;

/**
 * What every page may do: nothing but show itself, its own stylesheet and pictures, and send its forms here.
 *
 * @see https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
 */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The pages as a server that does not listen: it is handed what the API's server does not answer. */
export async function buildPages(context: Context): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit,
    routerOptions: { maxParamLength: 4_096, querystringParser: parseForm, ignoreTrailingSlash: true },
    rewriteUrl: (request) => routedAddress(request.url ?? "/"),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
    done(null, parseForm(body as string));
  });
  const names = cookieNames(context);
  await app.register(cookies);
  await app.register(csrf, {
    cookieKey: names.csrf,
    cookieOpts: cookieOptions(context),
    // A token belongs to the session that it was made for: one from before the sign-in is worth nothing after it.
    getUserInfo: (request) => request.cookies[names.session] || "anonymous",
    getToken: (request) => String((request.body as Record<string, unknown> | undefined)?._csrf ?? ""),
    csrfOpts: { hmacKey: randomBytes(32).toString("base64url"), userInfo: true },
  });
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
  });
  for (const page of allPages) {
    app.route({
      method: page.method,
      url: page.path,
      ...(page.method === "POST" && { onRequest: sameOrigin, preHandler: app.csrfProtection }),
      handler: (request, reply) => run(context, page, request, reply),
    });
  }
  serveAssets(app);
  app.setNotFoundHandler((request, reply) =>
    sendError(openVisit(context, request, reply), reply, notFound(), request.method),
  );
  app.setErrorHandler((error, request, reply) => {
    if (((error as { statusCode?: number }).statusCode ?? (error instanceof Problem ? error.status : 500)) >= 500) {
      context.log(`${request.method} ${request.url.split("?")[0]}: ${(error as Error).stack}`);
    }
    return sendError(openVisit(context, request, reply), reply, error, request.method);
  });
  await app.ready();
  return app;
}

function serveAssets(app: FastifyInstance): void {
  for (const [name, type] of [
    ["style.css", "text/css; charset=utf-8"],
    ["icon.svg", "image/svg+xml"],
  ] as const) {
    const content = readFileSync(new URL(`assets/${name}`, import.meta.url));
    app.get(`/assets/${name}`, (_request, reply) =>
      reply.header("cache-control", "private, max-age=300").type(type).send(content),
    );
  }
}

/** A form sent from elsewhere is refused before it is read; the token in the form is checked all the same. */
async function sameOrigin(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (foreign || (site !== undefined && site !== "same-origin")) {
    throw Object.assign(new Error("This form was sent from another site."), { statusCode: 403 });
  }
}
