import { applications } from "../../apps/applications.js";
import type { Environment, SettingsFiles } from "../../apps/environments.js";
import { environmentsFile, findEnvironment, parseEnvironments } from "../../apps/environments.js";
import { clusterFolder } from "../../apps/main.js";
import { mergePatch } from "../../apps/merge-patch.js";
import { parseYaml } from "../../apps/settings-yaml.js";
import { synthesisFor } from "../merge-request/synthesis.js";
import { type SettingDifference, settingDifferences } from "./settings-diff.js";
import { type EnvironmentTrees, type ObjectDifference, treeDifferences } from "./tree-diff.js";

/** What differs between two environments of this checkout; `--json` prints it as it is. */
export interface EnvironmentDiff {
  readonly from: string;
  readonly to: string;
  /** Applications that one of them does not have. */
  readonly applications: { readonly onlyFrom: readonly string[]; readonly onlyTo: readonly string[] };
  readonly settings: readonly SettingDifference[];
  readonly objects: readonly ObjectDifference[];
}

/** Name of a cluster that stands for those of both environments. */
const anyCluster = "cluster";

/**
 * Compares two environments as apps/ describes them.
 *
 * @throws UserError for an unknown environment, and for settings or constructs that are wrong
 */
export function environmentDiff(files: SettingsFiles, from: string, to: string): EnvironmentDiff {
  const all = parseEnvironments(files.environments);
  const [one, other] = [from, to].map((name) => findEnvironment(all, name, `diff ${from} ${to}`)) as [
    Environment,
    Environment,
  ];
  const has = ({ exclude }: Environment, name: string) => !exclude.includes(name);
  const names = applications.map(({ name }) => name as string);
  const notInBoth = names.filter((name) => !has(one, name) || !has(other, name));
  const [before, after] = [treesOf(files, from), treesOf(files, to)];
  return {
    from,
    to,
    applications: {
      onlyFrom: names.filter((name) => has(one, name) && !has(other, name)),
      onlyTo: names.filter((name) => !has(one, name) && has(other, name)),
    },
    settings: settingDifferences(settingsOf(files, one, notInBoth), settingsOf(files, other, notInBoth)),
    objects: treeDifferences(before, after),
  };
}

/** Settings as they are written, without the sections of some applications. */
function settingsOf(files: SettingsFiles, { patch }: Environment, without: readonly string[]): unknown {
  const source = { where: environmentsFile, fix: "correct what is listed" };
  const merged = mergePatch(parseYaml(files.settings, source), patch);
  return Object.fromEntries(Object.entries(merged as object).filter(([section]) => !without.includes(section)));
}

function treesOf(files: SettingsFiles, environment: string): EnvironmentTrees {
  const names = {
    cluster: anyCluster,
    branch: undefined,
    applicationUrl: undefined,
    environment,
    imageAutomation: false,
  };
  return { environment, clusterFolder: clusterFolder(anyCluster), trees: synthesisFor(names, files).trees };
}
