import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { cacheRoot } from "../../packages/toolchain/cache.js";

const record = z.object({
  /** When it ended, as an ISO time. */
  at: z.string(),
  /** Wall time in seconds. */
  seconds: z.number(),
});

/** When a lane passed last, and how long that took. */
export type LaneRecord = z.infer<typeof record>;

/** Records by lane, or by `npm test`. */
export type LaneRecords = Readonly<Record<string, LaneRecord>>;

/** Folder of what lanes leave for later runs, beside the tools' cache: it outlives checkouts. */
export const laneCache = (env: NodeJS.ProcessEnv = process.env) => join(cacheRoot(env), "lanes");

const file = () => join(laneCache(), "records.json");

/** Reads the records. A file that is missing or damaged counts as no records, since they only inform. */
export function readRecords(): LaneRecords {
  try {
    return z.record(z.string(), record).parse(JSON.parse(readFileSync(file(), "utf8")));
  } catch {
    return {};
  }
}

/** Replaces one record. */
export async function writeRecord(name: string, made: LaneRecord): Promise<void> {
  mkdirSync(laneCache(), { recursive: true });
  await writeFileAtomic(file(), `${JSON.stringify({ ...readRecords(), [name]: made }, undefined, 2)}\n`);
}
