import { readFileSync, readlinkSync, statSync } from "node:fs";
import { mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { uniqueSuffix } from "./cache.js";
import type { Way } from "./tool-sources.js";
import type { ToolName } from "./tools.js";

const entrySchema = z.object({
  from: z.enum(["path", "vendor", "source"]),
  target: z.string(),
  /** Digest of the tool's pins when it was accepted. */
  pins: z.string(),
  size: z.number(),
  modified: z.number(),
});
const recordSchema = z.record(z.string(), entrySchema);

/** A tool that was accepted, and its file as it was then. */
export type Entry = z.infer<typeof entrySchema>;

/** The tools behind the links of one folder, so that a later run asks no process for its version. */
export class BinFolder {
  constructor(readonly folder: string) {}

  private get file(): string {
    return join(this.folder, "tools.json");
  }

  /** What was accepted, by name; nothing when the record is missing or unreadable: then everything is looked up anew. */
  read(): Readonly<Record<string, Entry>> {
    try {
      return recordSchema.parse(JSON.parse(readFileSync(this.file, "utf8")));
    } catch {
      return {};
    }
  }

  /** The target, if the link, the file behind it and the pins are what they were. */
  valid(name: ToolName, entry: Entry | undefined, pins: string, ways: readonly Way[]): string | undefined {
    if (!entry || entry.pins !== pins || !ways.includes(entry.from)) return undefined;
    try {
      const { size, mtimeMs } = statSync(entry.target);
      const same = size === entry.size && mtimeMs === entry.modified;
      return same && readlinkSync(join(this.folder, name)) === entry.target ? entry.target : undefined;
    } catch {
      return undefined;
    }
  }

  /** Links tools and remembers them; others stay. */
  async link(found: ReadonlyMap<ToolName, { from: Way; target: string; pins: string }>): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const entries: Record<string, Entry> = {};
    for (const [name, { from, target, pins }] of found) {
      // A new link is renamed over the old one, so that the name is there at every moment.
      const fresh = join(this.folder, `.${name}-${uniqueSuffix()}`);
      await symlink(target, fresh);
      await rename(fresh, join(this.folder, name));
      const { size, mtimeMs } = statSync(target);
      entries[name] = { from, target, pins, size, modified: mtimeMs };
    }
    await writeFileAtomic(this.file, `${JSON.stringify({ ...this.read(), ...entries }, null, 2)}\n`);
  }
}
