import { StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";

const reasons: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOSPC: ["the disk is full", "free some space, then run the command again"],
  EDQUOT: ["the disk quota is used up", "free some space, then run the command again"],
  EROFS: ["the disk is read-only", "set TIMONIER_STATE to a writable folder"],
  EACCES: ["permission denied", "check the owner of the path, or set TIMONIER_STATE to another folder"],
};

/** Converts an error of the file system that the user can fix; undefined for any other error. */
export function diskError(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const reason = reasons[code];
  return (
    reason &&
    new UserError(reason[0], dest ?? path ?? new StateFolder().root, reason[1], { code: "TIM-105", cause: error })
  );
}
