import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KubeApi } from "../../../../packages/kit/kube-api.js";
import { layoutOf } from "../../../../simulators/gitlab/layout.js";
import { ensureCertificates } from "../../../../simulators/gitlab/tls.js";

let [folder, server, address] = ["", undefined as Server | undefined, ""];
const accepted = new Set<string>();
const seen: string[] = [];

/** An API server that accepts some tokens only. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "timonier-kube-api-"));
  const layout = layoutOf(folder);
  await ensureCertificates(layout, []);
  const files = { cert: readFileSync(layout.certificate), key: readFileSync(layout.key) };
  server = createServer(files, ({ headers: { authorization = "" } }, response) => {
    seen.push(authorization);
    const ok = accepted.has(authorization.replace("Bearer ", ""));
    response.writeHead(ok ? 200 : 401).end(JSON.stringify(ok ? { ok } : { message: "Unauthorized" }));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Gives the next token whenever one was refused. */
function source(...tokens: string[]) {
  let at = 0;
  return {
    current: async (refused?: string) => {
      if (refused === tokens[at] && at < tokens.length - 1) at += 1;
      return tokens[at];
    },
  };
}

describe("a token that ends while the client works", () => {
  test("is renewed once, and the call repeated", async () => {
    accepted.add("second");
    const api = new KubeApi({ server: address, insecure: true, tokens: source("first", "second") });
    expect(await api.call({ path: "/version" })).toEqual({ ok: true });
    expect(seen).toEqual(["Bearer first", "Bearer second"]);
    api.close();
  });

  test("that cannot be renewed is refused, once", async () => {
    seen.length = 0;
    const api = new KubeApi({ server: address, insecure: true, tokens: source("third") });
    await expect(api.call({ path: "/version" })).rejects.toMatchObject({ code: 401 });
    expect(seen).toEqual(["Bearer third"]);
    api.close();
  });
});
