import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a stand-in answers for one path. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** File that is streamed instead of a body. */
  readonly file?: string;
  /** Announced length, where it is not the body's own: the connection then breaks off. */
  readonly length?: number;
}

/** A local server in a vendor's place: answers by path, remembers what was asked. */
export class VendorStandIn {
  readonly asked: string[] = [];
  /** Bytes of all bodies that were asked for. */
  bytes = 0;
  readonly answers = new Map<string, Answer | ((headers: Record<string, unknown>) => Answer)>();
  private readonly server = createServer((request, response) => {
    const path = request.url ?? "/";
    this.asked.push(`${request.method} ${path}`);
    const found = this.answers.get(path) ?? { status: 404 };
    const answer = typeof found === "function" ? found(request.headers) : found;
    const body = answer.body ?? "";
    const size = answer.file === undefined ? Buffer.byteLength(body) : statSync(answer.file).size;
    if (request.method === "GET") this.bytes += size;
    response.writeHead(answer.status ?? 200, {
      "content-length": answer.length ?? size,
      ...answer.headers,
    });
    if (answer.file !== undefined && request.method === "GET") createReadStream(answer.file).pipe(response);
    else if (answer.length === undefined) response.end(body);
    else response.write(body, () => setTimeout(() => response.destroy(), 20));
  });

  async start(): Promise<this> {
    await new Promise<void>((listening) => this.server.listen(0, "127.0.0.1", listening));
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
