import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { basename, dirname } from "node:path";
import { gitEnvironment } from "./git.js";

/** One request for `git http-backend`. */
export interface BackendRequest {
  readonly repository: string;
  /** `/info/refs`, `/git-upload-pack` or `/git-receive-pack`. */
  readonly service: string;
  readonly query: string;
  /** Bytes of the body that the caller has already read. */
  readonly head?: Buffer;
  /** The rest of the body. */
  readonly body: NodeJS.ReadableStream | AsyncIterator<Buffer> | undefined;
  /** Whether the caller has decompressed the body. */
  readonly unpacked?: boolean;
  /** User name, which Git writes into reflogs. */
  readonly user: string;
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Runs after Git has ended and before the response ends, so that it is complete when the client returns.
   *
   * @returns packets to send before the flush packet at the end of Git's response
   */
  readonly after?: () => Promise<Buffer>;
}

/**
 * Serves a request by `git http-backend` as a CGI program, streaming in both directions.
 *
 * @see https://git-scm.com/docs/git-http-backend
 */
export async function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  call: BackendRequest,
): Promise<void> {
  const child = spawn("git", ["http-backend"], { env: environment(request, call), stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-2_000);
  });
  child.stdin.on("error", () => {});
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  const abort = () => void child.kill();
  response.on("close", abort);
  const feeding = feed(child.stdin, call);
  const answered = await answer(child.stdout, response, call.after ? 4 : 0);
  const code = await ended;
  response.off("close", abort);
  await feeding;
  const more = await call.after?.();
  if (answered && more) {
    // Messages can be added only before a flush packet at the end.
    response.end(answered.toString() === "0000" ? Buffer.concat([more, answered]) : answered);
  } else if (!answered) {
    response.writeHead(500, { "content-type": "text/plain" });
    response.end(`git http-backend ended with ${code}: ${complaints.trim()}\n`);
  } else {
    response.end();
  }
}

function environment(request: IncomingMessage, call: BackendRequest): NodeJS.ProcessEnv {
  const header = (name: string) => request.headers[name]?.toString() ?? "";
  return gitEnvironment({
    GIT_PROJECT_ROOT: dirname(call.repository),
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${basename(call.repository)}${call.service}`,
    QUERY_STRING: call.query,
    REQUEST_METHOD: request.method,
    REMOTE_USER: call.user,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "receive.advertisePushOptions",
    GIT_CONFIG_VALUE_0: "true",
    REMOTE_ADDR: request.socket.remoteAddress,
    CONTENT_TYPE: header("content-type"),
    ...(call.unpacked ? {} : { HTTP_CONTENT_ENCODING: header("content-encoding") }),
    ...(header("git-protocol") && { GIT_PROTOCOL: header("git-protocol"), HTTP_GIT_PROTOCOL: header("git-protocol") }),
    ...call.env,
  });
}

async function feed(stdin: NodeJS.WritableStream, call: BackendRequest): Promise<void> {
  try {
    if (call.head) stdin.write(call.head);
    if (call.body) {
      const iterator = Symbol.asyncIterator in call.body ? call.body[Symbol.asyncIterator]() : call.body;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) break;
        if (!stdin.write(value)) await drained(stdin);
      }
    }
  } catch {
    // The client disconnected or Git stopped reading; Git's exit code decides the response.
  } finally {
    stdin.end();
  }
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done).off("error", done);
      resolve();
    };
    stream.on("drain", done).on("close", done).on("error", done);
  });
}

/**
 * Turns CGI output into a response.
 *
 * @param held number of bytes at its end that are not sent
 * @returns the bytes that were not sent; undefined where there was no response
 */
async function answer(
  stdout: AsyncIterable<Buffer>,
  response: ServerResponse,
  held: number,
): Promise<Buffer | undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  const send = async (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]);
    const whole = tail.subarray(0, Math.max(0, tail.length - held));
    tail = tail.subarray(whole.length);
    if (whole.length > 0 && !response.write(whole)) await drained(response);
  };
  for await (const chunk of stdout) {
    if (!head) {
      await send(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) continue;
    writeHead(response, head.toString("latin1", 0, end));
    await send(head.subarray(end + 4));
    head = undefined;
  }
  return head === undefined ? tail : undefined;
}

function writeHead(response: ServerResponse, text: string): void {
  let status = 200;
  for (const line of text.split("\r\n")) {
    const [name = "", ...value] = line.split(": ");
    if (name.toLowerCase() === "status") status = Number.parseInt(value.join(": "), 10);
    else response.setHeader(name, value.join(": "));
  }
  response.writeHead(status);
}
