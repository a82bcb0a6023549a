import type { FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "./server-context.js";

/** Whether an address is a page for people, and neither the API's nor Git's nor the server's own. */
export function isPage(url: string): boolean {
  const path = url.split("?")[0] ?? "";
  if (/^\/(api|-)(\/|$)/.test(path)) return false;
  return !isGit(url);
}

/** Whether an address is one of Git's over HTTP. */
export function isGit(url: string): boolean {
  const path = url.split("?")[0] ?? "";
  return /^\/(?!api\/).+\/(info\/refs|git-upload-pack|git-receive-pack)$/.test(path) && !path.includes("/-/");
}

/**
 * Hands requests to the pages. They are loaded on demand, because a server without visitors in a browser should spend
 * no memory on templates and Markdown.
 */
export function lazyPages(context: Context): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  let loading: Promise<FastifyRequest["server"]> | undefined;
  return async (request, reply) => {
    loading ??= import("../pages/page-server.js").then(({ buildPages }) => buildPages(context));
    const pages = await loading;
    reply.hijack();
    pages.routing(request.raw, reply.raw);
  };
}
