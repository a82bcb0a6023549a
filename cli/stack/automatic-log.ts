import { lstat, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "@timonier/kit/progress";
import type { Stack } from "./stack.js";

/** Text of the file that takes the place of the log folder. */
const OFF = `Pulumi's automatic log is off while this file exists: writing the log takes as much time as the update itself.
npx timonier up --debug (also preview and down) keeps the log of one run in debug-logs.
`;

/** Runs Pulumi. @param env variables beyond the usual ones */
type Work<T> = (env: Readonly<Record<string, string>>) => Promise<T>;

/**
 * Folder of Pulumi's automatic log. Pulumi has no setting to switch it off, but writes no log where
 * the folder is a file.
 */
const logsOf = (pulumiHome: string) => join(pulumiHome, "logs");

/** Folder of the logs of --debug. */
const debugLogsOf = (pulumiHome: string) => join(pulumiHome, "debug-logs");

/**
 * Switches Pulumi's automatic log off: an encrypted record of every property of every resource,
 * about 8 MB a run. Logs that Pulumi wrote before are deleted.
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

/** Replaces a file atomically: Pulumi of another stack would create a folder in the meantime. */
async function replace(place: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${place}.${process.pid}`;
  await rm(fresh, { force: true });
  await make(fresh);
  try {
    await rename(fresh, place);
  } catch (error) {
    await rm(fresh, { force: true });
    // Pulumi of another stack has created the folder: its log stays until the next command.
    if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
  }
}

/**
 * Runs Pulumi with its automatic log, and reports the path of the log. Pulumi deletes logs after
 * seven days, or when they exceed 500 MB.
 */
async function withLog<T>({ state: { pulumiHome } }: Stack, progress: Progress, work: Work<T>): Promise<T> {
  const folder = debugLogsOf(pulumiHome);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const before = new Set(await readdir(folder));
  await replace(logsOf(pulumiHome), (fresh) => symlink(folder, fresh));
  try {
    // Without infra/on-demand.cjs, so that the programs send their debug messages.
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

/** Runs Pulumi, with its automatic log where the user asked for it. */
export function withLogIf<T>(debug: boolean, stack: Stack, progress: Progress, work: Work<T>): Promise<T> {
  return debug ? withLog(stack, progress, work) : work({});
}
