import { readFileSync, readlinkSync, statSync } from "node:fs";
import { mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { uniqueSuffix } from "./cache.js";
import type { ToolSource } from "./tool-sources.js";
import type { ToolName } from "./tools.js";

const entrySchema = z.object({
  from: z.enum(["path", "vendor", "source"]),
  target: z.string(),
  /** Digest of the pinned values of the tool when it was accepted. */
  pins: z.string(),
  size: z.number(),
  modified: z.number(),
});
const recordSchema = z.record(z.string(), entrySchema);

/** An accepted tool, with size and time of its file. */
export type Entry = z.infer<typeof entrySchema>;

/**
 * A folder of links to tools, with a record of what they point to, so that a later run need not ask
 * for versions.
 */
export class BinFolder {
  constructor(readonly folder: string) {}

  private get file(): string {
    return join(this.folder, "tools.json");
  }

  /**
   * Accepted tools by name; empty when the record is missing or unreadable, so that every tool is
   * looked up again.
   */
  read(): Readonly<Record<string, Entry>> {
    try {
      return recordSchema.parse(JSON.parse(readFileSync(this.file, "utf8")));
    } catch {
      return {};
    }
  }

  /** @returns the target of the link, if link, file and pins have not changed since the tool was accepted */
  valid(name: ToolName, entry: Entry | undefined, pins: string, sources: readonly ToolSource[]): string | undefined {
    if (!entry || entry.pins !== pins || !sources.includes(entry.from)) return undefined;
    try {
      const { size, mtimeMs } = statSync(entry.target);
      const same = size === entry.size && mtimeMs === entry.modified;
      return same && readlinkSync(join(this.folder, name)) === entry.target ? entry.target : undefined;
    } catch {
      return undefined;
    }
  }

  /** Links tools and records them; other links stay. */
  async link(found: ReadonlyMap<ToolName, { from: ToolSource; target: string; pins: string }>): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const entries: Record<string, Entry> = {};
    for (const [name, { from, target, pins }] of found) {
      // A rename replaces the old link, so that the name exists at every moment.
      const fresh = join(this.folder, `.${name}-${uniqueSuffix()}`);
      await symlink(target, fresh);
      await rename(fresh, join(this.folder, name));
      const { size, mtimeMs } = statSync(target);
      entries[name] = { from, target, pins, size, modified: mtimeMs };
    }
    await writeFileAtomic(this.file, `${JSON.stringify({ ...this.read(), ...entries }, null, 2)}\n`);
  }
}
