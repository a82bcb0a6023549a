import type { RefChange } from "../model/protection.js";

/** What stands at the start of a push: the changes asked for, and the bytes they took. */
export interface PushHeader {
  readonly changes: readonly RefChange[];
  /** Everything read so far, to be handed on unchanged. */
  readonly bytes: Buffer;
}

/** Largest header accepted: some ten thousand refs. */
const limit = 2_000_000;

/**
 * Reads the commands of a `git-receive-pack` request up to their end, leaving the pack in the stream.
 *
 * @throws RangeError for what is no such request
 * @see https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
 */
export async function readPushHeader(stream: AsyncIterator<Buffer>): Promise<PushHeader> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const changes = parseCommands(bytes);
    if (changes) return { changes, bytes };
    if (bytes.length > limit) throw new RangeError("too many refs in one push");
    const { done, value } = await stream.next();
    if (done) {
      if (bytes.length === 0) return { changes: [], bytes };
      throw new RangeError("the push ended within its commands");
    }
    bytes = bytes.length === 0 ? value : Buffer.concat([bytes, value]);
  }
}

/** The commands in a buffer; undefined while their end has not come. @throws RangeError for what is no pkt-line */
export function parseCommands(bytes: Buffer): RefChange[] | undefined {
  const changes: RefChange[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const prefix = bytes.toString("latin1", at, at + 4);
    if (prefix === "0000") return changes;
    const length = /^[0-9a-f]{4}$/i.test(prefix) ? Number.parseInt(prefix, 16) : 0;
    if (length < 5) throw new RangeError("the push is no pkt-line stream");
    if (at + length > bytes.length) return undefined;
    const change = parseCommand(bytes.toString("utf8", at + 4, at + length));
    if (change) changes.push(change);
    at += length;
  }
  return undefined;
}

function parseCommand(line: string): RefChange | undefined {
  const text = (line.split("\0")[0] ?? "").replace(/\n$/, "");
  if (text.startsWith("shallow ")) return undefined;
  const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/.exec(text);
  if (!match) throw new RangeError("the push holds a command that is none");
  const [, before = "", after = "", ref = ""] = match;
  return { before, after, ref };
}
