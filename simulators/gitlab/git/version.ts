import { spawnSync } from "node:child_process";
import { UserError } from "@timonier/kit/user-error";

/** Oldest Git whose merge-tree can merge without a work tree. */
const needed = [2, 38] as const;

/** @throws UserError when Git is missing or too old */
export function requireGit(): void {
  const { stdout, error } = spawnSync("git", ["--version"], { encoding: "utf8" });
  if (error) throw new UserError("git is missing", "PATH", "install git 2.38 or later", { code: "TIM-422" });
  if (!isRecent(stdout)) {
    throw new UserError(
      `${stdout.trim()} is too old`,
      "git in PATH",
      "install git 2.38 or later, which has merge-tree --write-tree",
      { code: "TIM-423" },
    );
  }
}

/** Whether what `git --version` prints is recent enough. */
export function isRecent(printed: string): boolean {
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(printed) ?? [];
  return Number(major) > needed[0] || (Number(major) === needed[0] && Number(minor) >= needed[1]);
}
