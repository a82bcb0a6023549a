/** Variable with the user's own TMPDIR for programs that outlive a run of Pulumi, whose temporary folder is deleted at its end. */
export const USER_TMPDIR = "TIMONIER_USER_TMPDIR";

/** The environment with the user's own temporary folder, as it was before a run of Pulumi got one of its own. */
export function withUserTmpdir(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { [USER_TMPDIR]: tmpdir, TMPDIR: _ofRun, ...rest } = env;
  if (tmpdir === undefined) return env;
  return tmpdir === "" ? rest : { ...rest, TMPDIR: tmpdir };
}
