import type { RefChange } from "../model/protection.js";

/** The header of a push: the requested changes, and the bytes read for it. */
export interface PushHeader {
  readonly changes: readonly RefChange[];
  /** What `git push -o` gave. */
  readonly options: readonly string[];
  /** Whether the client reads messages beside the report. */
  readonly sideBand: boolean;
  /** Everything read so far, to be handed on unchanged. */
  readonly bytes: Buffer;
}

/** Largest header accepted: some ten thousand refs. */
const limit = 2_000_000;

/**
 * Reads the commands of a `git-receive-pack` request up to their end, leaving the pack in the stream.
 *
 * @throws RangeError for any other request
 * @see https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
 */
export async function readPushHeader(stream: AsyncIterator<Buffer>): Promise<PushHeader> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const header = parseHeader(bytes);
    if (header) return { ...header, bytes };
    if (bytes.length > limit) throw new RangeError("too many refs in one push");
    const { done, value } = await stream.next();
    if (done) {
      if (bytes.length === 0) return { changes: [], options: [], sideBand: false, bytes };
      throw new RangeError("the push ended within its commands");
    }
    bytes = bytes.length === 0 ? value : Buffer.concat([bytes, value]);
  }
}

/** What a header says, without the bytes. */
type Parsed = Omit<PushHeader, "bytes">;

/**
 * The commands in a buffer, and the options behind them where the client has announced some.
 *
 * @returns undefined while their end has not come @throws RangeError for what is no pkt-line
 * @see https://git-scm.com/docs/pack-protocol#_pushing_data_to_a_server
 */
export function parseHeader(bytes: Buffer): Parsed | undefined {
  const commands = readSection(bytes, 0);
  if (!commands) return undefined;
  const changes = commands.lines.flatMap((line) => parseCommand(line) ?? []);
  const capabilities = (commands.lines.map((line) => line.split("\0")[1]).find(Boolean) ?? "").trim().split(" ");
  const sideBand = capabilities.includes("side-band-64k");
  if (!capabilities.includes("push-options")) return { changes, options: [], sideBand };
  const section = readSection(bytes, commands.end);
  return section && { changes, options: section.lines.map((line) => line.replace(/\n$/, "")), sideBand };
}

/** Lines up to a flush packet; undefined while it has not come. */
function readSection(bytes: Buffer, start: number): { readonly lines: string[]; readonly end: number } | undefined {
  const lines: string[] = [];
  for (let at = start; at + 4 <= bytes.length; ) {
    const prefix = bytes.toString("latin1", at, at + 4);
    if (prefix === "0000") return { lines, end: at + 4 };
    const length = /^[0-9a-f]{4}$/i.test(prefix) ? Number.parseInt(prefix, 16) : 0;
    if (length < 5) throw new RangeError("the push is no pkt-line stream");
    if (at + length > bytes.length) return undefined;
    lines.push(bytes.toString("utf8", at + 4, at + length));
    at += length;
  }
  return undefined;
}

/** A message for the person who pushes, as packets of the second band. */
export function messagePackets(text: string): Buffer {
  const packets: Buffer[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 60_000) {
    const part = bytes.subarray(at, at + 60_000);
    packets.push(Buffer.from(`${(part.length + 5).toString(16).padStart(4, "0")}\x02`), part);
  }
  return Buffer.concat(packets);
}

function parseCommand(line: string): RefChange | undefined {
  const text = (line.split("\0")[0] ?? "").replace(/\n$/, "");
  if (text.startsWith("shallow ")) return undefined;
  const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/.exec(text);
  if (!match) throw new RangeError("the push holds a command that is none");
  const [, before = "", after = "", ref = ""] = match;
  return { before, after, ref };
}
