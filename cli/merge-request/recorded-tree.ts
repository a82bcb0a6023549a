import { nextRecord, parseProgramRecord } from "@timonier/manifests/program-record";
import type { Tree } from "@timonier/manifests/tree";
import type { SettingsFiles } from "../../apps/environments.js";
import { environmentRecord, recordPath, withRecord } from "../../infra/delivery/environment-record.js";
import { progress } from "../terminal.js";
import type { Synthesis } from "./synthesis.js";

/**
 * The tree of the application repository, with the record of the program in the folder of an
 * environment.
 *
 * @param read reads a file of the branch that Flux follows; undefined where there is none
 */
export async function recordedTree(
  { trees, environment }: Pick<Synthesis, "trees" | "environment">,
  files: SettingsFiles,
  read: (path: string) => Promise<string | undefined>,
): Promise<Tree> {
  if (!environment) return trees.application;
  const path = recordPath(environment.name);
  const [former, now] = await Promise.all([read(path), environmentRecord(files, environment)]);
  const record = nextRecord(parseProgramRecord(former, path), now);
  const uncommitted = [...record].filter(([, one]) => one.uncommitted || one.program === undefined);
  if (uncommitted.length > 0) {
    const names = uncommitted.map(([name]) => name).join(", ");
    progress(
      `${names}: published from changes that are in no commit; commit them and publish again before you promote`,
    );
  }
  return withRecord(trees.application, environment.name, record);
}
