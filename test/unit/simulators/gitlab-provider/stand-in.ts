import { type FastifyInstance, fastify } from "fastify";

type Json = Record<string, unknown>;
export type Answer = { status: number; body?: unknown };

/** What goes wrong with a request: an answer instead of doing it, or after it was done. */
export interface Fault {
  readonly method: string;
  readonly path: RegExp;
  readonly when: "before" | "after";
  readonly status: number;
  times: number;
}

/** A few objects of GitLab's API, enough to see what the plugin sends. The real one is exercised end to end. */
export class StandIn {
  readonly requests: Array<{ method: string; path: string; body: Json; query: Json }> = [];
  readonly objects = new Map<string, Json>();
  readonly faults: Fault[] = [];
  /** Answers that tests give themselves, by `METHOD path`. */
  readonly answers: Record<string, Answer | (() => Answer)> = {};
  readonly #server: FastifyInstance;
  #lastId = 100;
  url = "";

  constructor() {
    this.#server = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });
    this.#server.all("/api/v4/*", (request, reply) => {
      const [path = "", query = ""] = request.url.slice("/api/v4/".length).split("?");
      const body = (request.body ?? {}) as Json;
      const queried = Object.fromEntries(new URLSearchParams(query));
      this.requests.push({ method: request.method, path, body, query: queried });
      const before = this.#fault("before", request.method, path);
      if (before) return reply.code(before.status).send({ message: "injected" });
      const { status, body: answer } = this.#answer(request.method, path, body, queried);
      const after = this.#fault("after", request.method, path);
      if (after) return reply.code(after.status).send({ message: "injected" });
      return reply.code(status).send(answer);
    });
  }

  async start(): Promise<this> {
    this.url = await this.#server.listen({ host: "127.0.0.1", port: 0 });
    return this;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  /** Requests that change something, as `METHOD path`. */
  get writes(): string[] {
    return this.requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
  }

  #fault(when: Fault["when"], method: string, path: string): Fault | undefined {
    const fault = this.faults.find(
      (it) => it.when === when && it.times > 0 && it.method === method && it.path.test(path),
    );
    if (fault) fault.times -= 1;
    return fault;
  }

  #answer(method: string, path: string, body: Json, query: Json): Answer {
    const given = this.answers[`${method} ${path}`];
    if (given) return typeof given === "function" ? given() : given;
    const scope = query["filter[environment_scope]"];
    const at = scope === undefined ? path : `${path}?${String(scope)}`;
    const found = this.objects.get(at);
    if (method === "GET") {
      if (path === "user") return { status: 200, body: { id: 1, username: "root" } };
      if (path.startsWith("namespaces/")) return { status: 200, body: { id: 7, full_path: "group" } };
      if (/(deploy_tokens|access_tokens|hooks|deploy_keys|pipeline_schedules|approval_rules)$/.test(path)) {
        return {
          status: 200,
          body: [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, it]) => it),
        };
      }
      return found ? { status: 200, body: hidden(found) } : { status: 404, body: { message: "404 Not found" } };
    }
    if (method === "POST") return this.#make(path, body);
    if (!found) return { status: 404, body: { message: "404 Not found" } };
    if (method === "DELETE") {
      this.objects.delete(at);
      return { status: 204 };
    }
    this.objects.set(at, { ...found, ...body });
    return { status: 200, body: hidden(this.objects.get(at) as Json) };
  }

  #make(path: string, body: Json): Answer {
    const id = ++this.#lastId;
    const made: Json = { ...body, id, created_at: new Date().toISOString() };
    let key = `${path}/${id}`;
    if (path === "projects") {
      const full = `group/${String(body.path ?? body.name)}`;
      if (this.objects.has(`projects/${encodeURIComponent(full)}`)) {
        return { status: 400, body: { message: { path: ["has already been taken"] } } };
      }
      Object.assign(made, {
        path: body.path ?? body.name,
        path_with_namespace: full,
        namespace: { id: 7 },
        default_branch: "main",
        description: body.description ?? null,
        visibility: body.visibility ?? "private",
        web_url: `https://gitlab.example/${full}`,
      });
      this.objects.set(`projects/${encodeURIComponent(full)}`, made);
    }
    if (path.endsWith("protected_branches")) {
      key = `${path}/${String(body.name)}`;
      if (this.objects.has(key)) {
        return { status: 409, body: { message: `Protected branch '${String(body.name)}' already exists` } };
      }
      const level = (number: unknown) => [{ id, access_level: number ?? 40, user_id: null, group_id: null }];
      made.push_access_levels = level(body.push_access_level);
      made.merge_access_levels = level(body.merge_access_level);
      made.allow_force_push = body.allow_force_push ?? false;
    }
    if (path.endsWith("variables")) {
      key = `${path}/${String(body.key)}?${String(body.environment_scope)}`;
      delete made.id;
    }
    if (path.endsWith("tokens")) {
      this.objects.set(key, made);
      return {
        status: 201,
        body: { ...made, token: `secret-${id}`, username: body.username ?? `gitlab+deploy-token-${id}` },
      };
    }
    this.objects.set(key, made);
    return { status: 201, body: hidden(made) };
  }
}

/** GitLab never gives back a hook's token, nor the values of its headers. */
function hidden(object: Json): Json {
  const { token: _, ...shown } = object;
  const headers = shown.custom_headers as Array<{ key: string }> | undefined;
  return { ...shown, ...(headers && { custom_headers: headers.map(({ key }) => ({ key })) }) };
}
