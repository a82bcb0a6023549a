import { existsSync, readFileSync } from "node:fs";
import { UserError } from "@timonier/kit/user-error";
import type { Layout } from "./layout.js";
import type { GitLabSettings } from "./settings.js";

/** The port of a folder's GitLab; chosen once, and kept as long as the folder. */
export interface KeptAddress {
  readonly port: number;
}

/** The port of a folder; undefined when none is reserved. @throws UserError for an unreadable file */
export function readAddress(layout: Layout): KeptAddress | undefined {
  if (!existsSync(layout.address)) return undefined;
  const kept = read(layout.address);
  if (kept) return kept;
  throw new UserError(
    "the port of the embedded GitLab cannot be read",
    layout.address,
    'write {"port": N} or delete the file to choose a new one',
    { code: "TIM-421" },
  );
}

/** The port that a folder had before it was deleted. */
export function readLostAddress(layout: Layout): KeptAddress | undefined {
  return existsSync(layout.keptAddress) ? read(layout.keptAddress) : undefined;
}

function read(file: string): KeptAddress | undefined {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as KeptAddress;
    return Number.isInteger(kept.port) && kept.port > 0 && kept.port < 65_536 ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Address for clients, with the prefix and without a slash at the end. */
export function urlOf(settings: GitLabSettings, port: number): string {
  return `${settings.tls ? "https" : "http"}://127.0.0.1:${port}${settings.prefix}`;
}
