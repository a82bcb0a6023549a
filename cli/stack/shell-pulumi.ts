import { delimiter, join } from "node:path";
import { USER_TMPDIR } from "@timonier/kit/user-tmpdir";
import writeFileAtomic from "write-file-atomic";
import type { Stack } from "./stack.js";

/** How the names of the temporary folders end that runs of Pulumi from a shell get. */
export const SHELL_RUN = "-shell";

/** Variable with the folder in which those temporary folders are made. */
const RUN_FOLDERS = "TIMONIER_RUN_FOLDERS";

/**
 * Puts a `pulumi` before the real one on a shell's PATH that gives each run a temporary folder inside the stack's own: the
 * kubernetes plugin leaves an administrator's kubeconfig there. removeEarlierRuns in run-folder.ts deletes the folders.
 *
 * @param folder of the temporary folders
 * @param path the shell's PATH
 * @returns what the shell has to export
 */
export async function shellPulumi(stack: Stack, folder: string, path: string): Promise<Record<string, string>> {
  const { bin, shellBin } = stack.state;
  await writeFileAtomic(join(shellBin, "pulumi"), script(join(bin, "pulumi")), { mode: 0o755 });
  return { PATH: [shellBin, path].join(delimiter), [RUN_FOLDERS]: folder };
}

/** exec keeps the number of the process and with it who gets signals; so nothing is deleted here at the end. */
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

/** For a POSIX shell. @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02 */
export function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
