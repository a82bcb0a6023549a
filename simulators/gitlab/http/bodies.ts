import type { IncomingMessage, ServerResponse } from "node:http";

/** How long a client may take over a body, in milliseconds. */
export interface BodyPatience {
  /** From the headers to the end of the body; 0 for no limit. */
  readonly whole: number;
  /** From an answer that did not need the body to the end of the body. */
  readonly answered: number;
}

/** Bodies of the API and of forms, and those of Git's packs, which may be large. */
export const patience: Readonly<Record<"api" | "git", BodyPatience>> = {
  api: { whole: 60_000, answered: 5_000 },
  git: { whole: 0, answered: 5_000 },
};

/** Bytes that are read and thrown away after an early answer. */
const DISCARDED = 4 * 1024 * 1024;

/**
 * Ends the connection of a request whose body does not arrive in time. What is left of a body after
 * an early answer is read and thrown away for a moment, so that the client sees the answer instead
 * of a connection reset. It is not all read: every byte costs memory until it is collected.
 */
export function limitBody(request: IncomingMessage, response: ServerResponse, { whole, answered }: BodyPatience): void {
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  if (coding === undefined && !(Number(length) > 0)) return;
  let timer: NodeJS.Timeout | undefined;
  const endAfter = (time: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => request.destroy(), time).unref();
  };
  const settle = () => clearTimeout(timer);
  request.once("end", settle).once("close", settle);
  if (whole > 0) endAfter(whole);
  // Before Node.js's own listener, which would read everything that is left of an untouched body.
  response.prependOnceListener("finish", () => {
    if (request.complete) return;
    endAfter(answered);
    let left = DISCARDED;
    request.read(0);
    request.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) request.pause();
    });
  });
}
