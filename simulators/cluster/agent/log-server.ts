import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { ContainerFiles } from "./container-record.js";

/** Certificates of the server and of its only client. */
export interface LogServerOptions {
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  /** Authority of the one client: the API server. */
  readonly ca: string;
  /** Files of a container; undefined for one that is only simulated. */
  readonly find: (namespace: string, pod: string, container: string) => ContainerFiles | undefined;
  readonly log: (line: string) => void;
}

/**
 * The part of kubelet's server behind `kubectl logs`: `/containerLogs/NAMESPACE/POD/CONTAINER` with
 * `follow`, `previous` and `tailLines`. Only the API server may ask, by its client certificate.
 */
export function serveLogs(options: LogServerOptions): void {
  const { cert, key, ca } = options;
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    answer(options, request, response);
  });
  server.on("error", (error) => options.log(`log server: ${String(error)}`));
  server.listen(options.port, "127.0.0.1");
}

function answer(options: LogServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "https://node");
  const [, kind, namespace, pod, container] = url.pathname.split("/").map(decodeURIComponent);
  if (kind !== "containerLogs" || !namespace || !pod || !container) {
    response.writeHead(404).end("the embedded node serves logs only\n");
    return;
  }
  response.setHeader("content-type", "text/plain");
  const files = options.find(namespace, pod, container);
  if (!files) {
    response.end("simulated by kwok: no program runs in this container\n");
    return;
  }
  const file = url.searchParams.get("previous") === "true" ? files.previousLog : files.log;
  const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  response.write(lastLines(content.toString(), url.searchParams.get("tailLines")));
  if (url.searchParams.get("follow") === "true") follow(file, content.length, response);
  else response.end();
}

/** The last lines of a text; all of it without a number. */
export function lastLines(text: string, wanted: string | null): string {
  if (wanted === null || !/^\d+$/.test(wanted)) return text;
  const lines = text.split(/(?<=\n)/);
  return Number(wanted) === 0 ? "" : lines.slice(-Number(wanted)).join("");
}

/** Sends what is appended until the client goes or the file is another one's. */
function follow(file: string, from: number, response: ServerResponse): void {
  let at = from;
  let reading = false;
  const timer = setInterval(() => {
    const size = existsSync(file) ? statSync(file).size : -1;
    if (size < at) response.end();
    else if (size > at && !reading) {
      reading = true;
      const stream = createReadStream(file, { start: at, end: size - 1 });
      at = size;
      stream.on("close", () => {
        reading = false;
      });
      stream.pipe(response, { end: false });
    }
  }, 300);
  response.on("close", () => clearInterval(timer));
}
