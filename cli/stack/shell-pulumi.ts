import { delimiter, join } from "node:path";
import { USER_TMPDIR } from "@timonier/kit/user-tmpdir";
import writeFileAtomic from "write-file-atomic";
import type { Stack } from "./stack.js";

/** Suffix of the temporary folders of runs of Pulumi in a user's shell. */
export const SHELL_RUN = "-shell";

/** Variable with the folder that contains these temporary folders. */
const RUN_FOLDERS = "TIMONIER_RUN_FOLDERS";

/**
 * Puts a wrapper of `pulumi` on a shell's PATH that gives each run a temporary folder in the
 * stack's folder, because the kubernetes plugin leaves an administrator's kubeconfig there.
 * removeEarlierRuns in run-folder.ts deletes the folders.
 *
 * @param folder folder of the temporary folders
 * @param path PATH of the shell
 * @returns variables for the shell
 */
export async function shellPulumi(stack: Stack, folder: string, path: string): Promise<Record<string, string>> {
  const { bin, shellBin } = stack.state;
  await writeFileAtomic(join(shellBin, "pulumi"), script(join(bin, "pulumi")), { mode: 0o755 });
  return { PATH: [shellBin, path].join(delimiter), [RUN_FOLDERS]: folder };
}

/**
 * `exec` keeps the process id, so that signals reach pulumi; therefore the script cannot delete the
 * folder at the end.
 */
function script(pulumi: string): string {
  return `#!/bin/sh
# Written by \`timonier env\`: each run of Pulumi gets a temporary folder of its own, which the next command deletes.
if [ -n "\${${RUN_FOLDERS}-}" ]; then
  export ${USER_TMPDIR}="\${${USER_TMPDIR}-\${TMPDIR-}}"
  export TMPDIR="$${RUN_FOLDERS}/$$${SHELL_RUN}"
  (umask 077 && mkdir -p "$TMPDIR") || exit 1
fi
exec ${quote(pulumi)} "$@"
`;
}

/**
 * Quotes a value for a POSIX shell.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
 */
export function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
