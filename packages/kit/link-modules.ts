import { cpSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * Gives a copy of a checkout the installed packages of the original. What npm links to the checkout
 * itself (the workspaces, the command) is linked to the copy, and nothing that is done to the
 * copy's folder reaches the original.
 */
export function linkModules(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  // Caches of tools describe the original.
  const entries = readdirSync(from, { withFileTypes: true }).filter(({ name }) => name !== ".cache");
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.name === ".bin" || entry.name.startsWith("@")) linkModules(source, target);
    else if (entry.isDirectory()) symlinkSync(source, target);
    else cpSync(source, target);
  }
}
