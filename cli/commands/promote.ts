import { UserError } from "@timonier/kit/user-error";
import { type Environment, findEnvironment, parseEnvironments } from "../../apps/environments.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import { exitCodes } from "../exit-codes.js";
import { withClonesFolder } from "../merge-request/clones-folder.js";
import { checkShared, cloneEnvironment, openEnvironment } from "../promotion/open-environment.js";
import { preparePromotion } from "../promotion/prepare-promotion.js";
import { publishTrees, rehearseTrees } from "../promotion/propose-trees.js";
import { bad, good, progress } from "../terminal.js";

/** Options of `timonier promote`. */
export interface PromoteOptions {
  /** Name of the environment. */
  readonly to: string;
  /** Propose nothing before the soak time is over and everything is Ready. @default false */
  readonly whenReady?: boolean;
  readonly offline?: boolean;
}

/** Exit codes as of `timonier gate`: 2: proposed, and must not be merged yet. */
const codes = { open: exitCodes.done, shut: 2 } as const;

/**
 * `timonier promote [APP…] --to ENV`: proposes to an environment what runs in the one before it:
 * the same commit of the program, synthesized for the environment and rehearsed on its own base.
 */
export async function promote(asked: readonly string[], { to, whenReady, offline = false }: PromoteOptions) {
  const target = findEnvironment(parseEnvironments((await readSettingsFiles()).environments), to, `--to ${to}`);
  const previous = previousOf(target);
  const [from, into] = await Promise.all([openEnvironment(previous), openEnvironment(to)]);
  checkShared(from, into);
  return withClonesFolder(async (folder) => {
    const clones = await cloneEnvironment(into, folder);
    const prepared = await preparePromotion({ asked, target, from, into, clones, folder });
    const { promotion } = prepared;
    const names = promotion.applications.map(({ name }) => name);
    if (whenReady && promotion.waits.length > 0) {
      console.log(`nothing is proposed yet:\n${promotion.waits.map((wait) => `  ${wait}`).join("\n")}`);
      return codes.open;
    }
    const proposal = {
      ...{ environment: into, clones, trees: prepared.trees, branch: `timonier/promote-${to}` },
      title: names.length > 0 ? `Promote to ${to}: ${names.join(", ")}` : `Promote to ${to}`,
      description: prepared.description,
      autoMerge: target.autoMerge,
    };
    if (names.length > 0) progress(`rehearsing the promotion of ${names.join(", ")} to ${to}`);
    const report = await rehearseTrees(proposal, { assume: [], offline }, folder);
    const waits = await publishTrees(proposal, report && { ...report, promotion });
    if (names.length === 0) console.log(`${to} has everything that runs in ${previous}`);
    for (const wait of waits) console.log(`  ${wait}`);
    if (report) console.log(waits.length === 0 ? good("gate: open") : bad("gate: shut"));
    return waits.length === 0 ? codes.open : codes.shut;
  });
}

function previousOf({ name, previous }: Environment): string {
  if (previous !== undefined) return previous;
  throw new UserError(
    `${name} is the first environment: nothing is promoted to it`,
    `--to ${name}`,
    "publish to it: npx timonier publish -s STACK",
    { code: "TIM-812" },
  );
}
