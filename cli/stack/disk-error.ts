import { StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";

const reasons: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOSPC: ["the disk is full", "free some space, then run the command again"],
  EDQUOT: ["the disk quota is used up", "free some space, then run the command again"],
  EROFS: ["the disk is read-only", "name a writable folder: TIMONIER_STATE"],
  EACCES: ["permission denied", "see who owns it, or name another folder: TIMONIER_STATE"],
};

/** An error of the file system that is no fault of ours, as one that a user can mend; undefined for any other. */
export function diskError(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const reason = reasons[code];
  return reason && new UserError(reason[0], dest ?? path ?? new StateFolder().root, reason[1], { cause: error });
}
