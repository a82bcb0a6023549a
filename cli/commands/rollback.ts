import { UserError } from "@timonier/kit/user-error";
import { parseProgramRecord } from "@timonier/manifests/program-record";
import type { Tree, Trees } from "@timonier/manifests/tree";
import { findEnvironment, parseEnvironments } from "../../apps/environments.js";
import { clusterFolder, environmentFolder } from "../../apps/main.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import { recordPath, withRecord } from "../../infra/delivery/environment-record.js";
import { exitCodes } from "../exit-codes.js";
import { withClonesFolder } from "../merge-request/clones-folder.js";
import { filesIn } from "../promotion/clone-files.js";
import { type EarlierVersion, earlierVersion, lastText } from "../promotion/earlier-version.js";
import {
  cloneEnvironment,
  type EnvironmentClones,
  type OpenEnvironment,
  openEnvironment,
} from "../promotion/open-environment.js";
import { promotedTrees } from "../promotion/promoted-trees.js";
import { publishTrees, rehearseTrees } from "../promotion/propose-trees.js";
import { bad, good, progress } from "../terminal.js";

/** Options of `timonier rollback`. */
export interface RollbackOptions {
  /** Name of the environment. */
  readonly env: string;
  /** Commit of the application repository. @default the last version that differs from the present one */
  readonly to?: string;
  readonly offline?: boolean;
}

/** `timonier rollback APP --env ENV [--to REVISION]`: proposes an earlier version of one application, rehearsed. */
export async function rollback(name: string, { env, to, offline = false }: RollbackOptions): Promise<number> {
  findEnvironment(parseEnvironments((await readSettingsFiles()).environments), env, `--env ${env}`);
  const environment = await openEnvironment(env);
  return withClonesFolder(async (folder) => {
    const clones = await cloneEnvironment(environment, folder);
    const version = await earlierVersion({ clone: clones.application, environment: env, application: name }, to);
    const short = version.revision.slice(0, 8);
    const proposal = {
      ...{ environment, clones, branch: `timonier/rollback-${env}-${name}` },
      trees: await treesWith(environment, clones, name, version),
      title: `Roll back ${name} in ${env} to ${short}`,
      description: `${name} in ${env} as it was at revision ${short}, from commit ${version.record.program?.slice(0, 8) ?? "unknown"} of the program.`,
    };
    progress(`rehearsing ${name} in ${env} as it was at ${short}`);
    const report = await rehearseTrees(proposal, { assume: [], offline }, folder);
    const waits = await publishTrees(proposal, report);
    if (!report) console.log(`${name} in ${env} is as it was at ${short}`);
    for (const wait of waits) console.log(`  ${wait}`);
    if (report) console.log(waits.length === 0 ? good("gate: open") : bad("gate: shut"));
    return waits.length === 0 ? exitCodes.done : 2;
  });
}

async function treesWith(
  { name, stacks }: OpenEnvironment,
  clones: EnvironmentClones,
  application: string,
  version: EarlierVersion,
) {
  const present = await filesIn(clones.application, environmentFolder(name));
  const head = parseProgramRecord(present.get(recordPath(name)), recordPath(name));
  const record = new Map([...head, [application, version.record]]);
  const setups = new Map<string, Tree>();
  let tree: Tree = present;
  for (const { stack, destination } of stacks) {
    const clone = clones.setups.get(stack.name) ?? "";
    const path = `${clusterFolder(destination.cluster)}/${version.record.kustomization}.yaml`;
    const setup = await filesIn(clone, clusterFolder(destination.cluster));
    // Flux applies the folder as it does now; an application that was removed gets its last Kustomization.
    const text = setup.get(path) ?? (await lastText(clone, path));
    if (text === undefined) throw noKustomization(application, path);
    const taken: Trees = { application: version.files, setup: new Map([[path, text]]) };
    const composed = promotedTrees({
      ...{ environment: name, cluster: destination.cluster, present: { application: present, setup } },
      ...{ taken: new Map([[application, taken]]), removed: [], newest: undefined, records: [head, record] },
    });
    setups.set(stack.name, composed.setup);
    tree = composed.application;
  }
  return { application: withRecord(tree, name, record), setups };
}

function noKustomization(application: string, path: string): UserError {
  return new UserError(
    `${application} has no Kustomization in this cluster, and never had one`,
    path,
    `promote it instead: npx timonier promote ${application} --to ENVIRONMENT`,
    { code: "TIM-814" },
  );
}
