import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { digest } from "../model/secrets.js";
import type { InjectedFault } from "./faults.js";
import type { Context } from "./server-context.js";

/** What only tests may do, with the value of the folder's `test-token` in X-Timonier-Test. */
export function testRoutes(app: FastifyInstance, context: Context): void {
  const expected = Buffer.from(digest(readFileSync(context.layout.testToken, "utf8").trim()));
  const allowed = (request: FastifyRequest) =>
    timingSafeEqual(Buffer.from(digest(String(request.headers["x-timonier-test"] ?? ""))), expected);
  app.post("/-/timonier/faults", (request, reply) => {
    if (!allowed(request)) return reply.code(401).send();
    context.faults.inject(request.body as InjectedFault);
    return reply.code(204).send();
  });
  app.delete("/-/timonier/faults", (request, reply) => {
    if (!allowed(request)) return reply.code(401).send();
    return reply.send(context.faults.clear());
  });
  app.get("/-/timonier/journal", (request, reply) => {
    if (!allowed(request)) return reply.code(401).send();
    return reply.send({ counts: context.journal.counts, writes: context.journal.writes });
  });
}
