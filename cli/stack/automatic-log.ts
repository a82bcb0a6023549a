import { lstat, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "@timonier/kit/progress";
import type { Stack } from "./stack.js";

/** Text of the file that stands in the place of the folder of logs. */
const OFF = `Pulumi's automatic log is off while this file is here: writing it takes as much time as the work itself.
npx timonier up --debug (preview and down too) keeps the log of one run in debug-logs.
`;

/** Runs Pulumi. @param env variables beyond the usual ones */
type Work<T> = (env: Readonly<Record<string, string>>) => Promise<T>;

/** Where Pulumi writes its automatic log. There is no switch; where this cannot be a folder, no log is written. */
const logsOf = (pulumiHome: string) => join(pulumiHome, "logs");

/** Folder of the logs that a user asked for. */
const debugLogsOf = (pulumiHome: string) => join(pulumiHome, "debug-logs");

/**
 * Switches Pulumi's automatic log off: an encrypted record of every property of every resource, about 8 MB a run. Logs that
 * Pulumi wrote before are deleted.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.250.0/pkg/logging/encrypted.go
 */
export async function switchLogOff(pulumiHome: string): Promise<void> {
  const place = logsOf(pulumiHome);
  const found = await lstat(place).catch(() => undefined);
  if (found?.isFile()) return;
  await mkdir(pulumiHome, { recursive: true, mode: 0o700 });
  if (found?.isDirectory()) await rm(place, { recursive: true, force: true });
  await replace(place, (fresh) => writeFile(fresh, OFF, { mode: 0o600 }));
}

/** Puts something in a place at once: another stack's Pulumi would make a folder where for a moment there is nothing. */
async function replace(place: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${place}.${process.pid}`;
  await rm(fresh, { force: true });
  await make(fresh);
  try {
    await rename(fresh, place);
  } catch (error) {
    await rm(fresh, { force: true });
    // The other Pulumi was quicker: its log stays until the next command.
    if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
  }
}

/**
 * Runs Pulumi with its automatic log, and says which file it is. Pulumi itself deletes logs after seven days, and before
 * that from 500 MB on.
 */
async function withLog<T>({ state: { pulumiHome } }: Stack, progress: Progress, work: Work<T>): Promise<T> {
  const folder = debugLogsOf(pulumiHome);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const before = new Set(await readdir(folder));
  await replace(logsOf(pulumiHome), (fresh) => symlink(folder, fresh));
  try {
    // Without infra/on-demand.cjs: its programs send their debug messages.
    return await work({ NODE_OPTIONS: process.env.NODE_OPTIONS ?? "" });
  } finally {
    await switchLogOff(pulumiHome);
    for (const name of (await readdir(folder)).filter((one) => !before.has(one))) {
      progress(
        `Pulumi's log: ${join(folder, name)}; to read it, after eval "$(npx timonier env)": pulumi logs decrypt FILE`,
      );
    }
  }
}

/** Runs Pulumi, with its automatic log where a user asked for it. */
export function withLogIf<T>(debug: boolean, stack: Stack, progress: Progress, work: Work<T>): Promise<T> {
  return debug ? withLog(stack, progress, work) : work({});
}
