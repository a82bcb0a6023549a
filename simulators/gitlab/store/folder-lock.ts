import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { identify, type ProcessIdentity } from "@timonier/kit/daemon";
import { UserError } from "@timonier/kit/user-error";

const serves = (pid: number, file: string) =>
  new UserError(`process ${pid} already serves this folder`, file, "use that server, or stop it first", {
    code: "TIM-430",
  });

/**
 * Makes this process the only server of a folder for as long as it runs. The lock of a process that
 * is gone, detected by its start time and not by its number only, is taken over at once.
 *
 * @param taken the error when another process has it @default that it serves the folder
 * @returns what gives the lock back
 * @throws UserError when another process serves the folder
 */
export function lockFolder(file: string, taken: (pid: number, file: string) => UserError = serves): () => void {
  const mine = JSON.stringify(identify(process.pid));
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (take(draft, file)) return () => release(file, mine);
      const holder = readHolder(file);
      if (holder && identify(holder.pid)?.started === holder.started) {
        throw taken(holder.pid, file);
      }
      putAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new UserError("the folder is taken by another process that is starting", file, "try again", {
    code: "TIM-430",
  });
}

function take(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Removes a dead holder's lock; one that another process has just taken in its place is put back. */
function putAside(file: string, dead: ProcessIdentity | undefined): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    const found = readHolder(aside);
    if (found && found.started !== dead?.started && identify(found.pid)?.started === found.started) take(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(file: string, mine: string): void {
  try {
    if (readFileSync(file, "utf8") === mine) rmSync(file, { force: true });
  } catch {
    // The folder was removed while the server ran.
  }
}
