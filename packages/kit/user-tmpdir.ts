/** Variable with the user's TMPDIR, for programs that outlive a run of Pulumi and its temporary folder. */
export const USER_TMPDIR = "TIMONIER_USER_TMPDIR";

/** The environment with the user's TMPDIR in place of the temporary folder of a run of Pulumi. */
export function withUserTmpdir(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { [USER_TMPDIR]: tmpdir, TMPDIR: _ofRun, ...rest } = env;
  if (tmpdir === undefined) return env;
  return tmpdir === "" ? rest : { ...rest, TMPDIR: tmpdir };
}
