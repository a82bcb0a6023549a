import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { layoutOf } from "../../simulators/gitlab/layout.js";
import { startTestGitLab, type TestGitLab } from "./gitlab-support.js";

// What a caller without a token can make the embedded GitLab hold: its process is measured.

const MB = 1024 * 1024;
let gitlab: TestGitLab;
beforeAll(async () => {
  gitlab = await startTestGitLab();
});
afterAll(async () => {
  await gitlab?.remove();
});

/** Resident memory of the server, in MB. */
function resident(): number {
  const { pid } = JSON.parse(readFileSync(layoutOf(gitlab.dir).pid, "utf8")) as { pid: number };
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** A connection that has sent the headers of a request with a body, and all that it has received. */
class Client {
  received = "";
  readonly closed: Promise<void>;
  private constructor(readonly socket: TLSSocket) {
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("data", (chunk) => {
      this.received += chunk;
    });
    // The server may close while the body is on its way.
    socket.on("error", () => {});
  }

  static async send(head: string, length: number): Promise<Client> {
    const { hostname: host, port } = new URL(gitlab.url);
    const socket = connect({ host, port: Number(port), ca: readFileSync(gitlab.caFile) });
    const client = new Client(socket);
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    socket.write(
      `${head} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${length}\r\nContent-Type: application/json\r\n\r\n`,
    );
    return client;
  }

  /** Sends a body of spaces until it ends or the server closes the connection. */
  async body(length: number): Promise<void> {
    const chunk = Buffer.alloc(MB, " ");
    for (let sent = 0; sent < length && !this.socket.destroyed; sent += chunk.length) {
      const more = this.socket.write(chunk);
      if (!more) await Promise.race([new Promise((resolve) => this.socket.once("drain", resolve)), this.closed]);
    }
  }
}

test("GIVEN three bodies of 100 MB without a token THEN each is answered with 401, and memory grows by less than 40 MB", async () => {
  const before = resident();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, resident());
  }, 20);
  try {
    await Promise.all(
      [0, 1, 2].map(async () => {
        const client = await Client.send("POST /api/v4/projects", 100 * MB);
        await client.body(100 * MB);
        await Promise.race([client.closed, sleep(6_000)]);
        expect(client.received).toMatch(/^HTTP\/1.1 401 /);
        client.socket.destroy();
      }),
    );
  } finally {
    clearInterval(watch);
  }
  console.log(`three bodies of 100 MB: ${before.toFixed(0)} MB before, ${most.toFixed(0)} MB at most`);
  expect(most - before).toBeLessThan(40);
});

test("GIVEN forty bodies that never end, without a token THEN all connections are closed within ten seconds, and others are served", async () => {
  const begun = Date.now();
  const clients = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const client = await Client.send(
        index % 2 === 0 ? "POST /api/v4/projects" : "POST /root/app.git/git-upload-pack",
        1_000,
      );
      client.socket.write("{");
      return client;
    }),
  );
  expect((await gitlab.api("GET", "/version")).status).toBe(200);
  await Promise.race([Promise.all(clients.map(({ closed }) => closed)), sleep(20_000)]);
  console.log(`forty slow bodies: closed after ${((Date.now() - begun) / 1_000).toFixed(1)} s`);
  expect(clients.filter(({ socket }) => !socket.destroyed)).toEqual([]);
  expect(Date.now() - begun).toBeLessThan(10_000);
  expect(clients.map(({ received }) => received.slice(0, 10))).toEqual(
    clients.map(() => expect.stringMatching(/^HTTP\/1.1 4/)),
  );
});
