import { composeFolder } from "@timonier/manifests/compose-tree";
import type { ProgramRecord } from "@timonier/manifests/program-record";
import type { Tree, Trees } from "@timonier/manifests/tree";
import { clusterFolder, environmentFolder } from "../../apps/main.js";

/** What is taken into an environment, and what it has. */
export interface TreesInput {
  readonly environment: string;
  /** Name of the cluster whose folder of the setup repository is composed. */
  readonly cluster: string;
  /** The files of both repositories as they are now: the folders of the environment and of the cluster. */
  readonly present: Trees;
  /** The synthesis from which each application is taken, by its name. */
  readonly taken: ReadonlyMap<string, Trees>;
  /** Names of applications that are removed. */
  readonly removed: readonly string[];
  /** Files of the setup repository that belong to no application are taken from this synthesis. @default they stay */
  readonly newest: Trees | undefined;
  /** Records in which the folders and Kustomizations of the applications are found. */
  readonly records: readonly ProgramRecord[];
}

/** The trees of an environment in which some applications are taken from other syntheses. */
export function promotedTrees(input: TreesInput): Trees {
  const { environment, cluster, present, taken, newest } = input;
  const moved = new Set([...taken.keys(), ...input.removed]);
  const owners = new Owners(environment, cluster, input.records);
  const isShared = (path: string) => owners.ofSetup(path) === undefined;
  const pick = (repository: keyof Trees, owner: (path: string) => string | undefined): Tree => {
    const files = [...taken].flatMap(([name, trees]) =>
      [...trees[repository]].filter(([path]) => owner(path) === name),
    );
    return new Map(files);
  };
  const shared = [...(newest?.setup ?? [])].filter(([path]) => isShared(path));
  return {
    application: composeFolder({
      folder: environmentFolder(environment),
      present: present.application,
      other: pick("application", (path) => owners.ofApplication(path)),
      isTaken: (path) => moved.has(owners.ofApplication(path) ?? ""),
    }),
    setup: composeFolder({
      folder: clusterFolder(cluster),
      present: present.setup,
      other: new Map([...pick("setup", (path) => owners.ofSetup(path)), ...shared]),
      isTaken: (path) => moved.has(owners.ofSetup(path) ?? "") || (newest !== undefined && isShared(path)),
    }),
  };
}

/** The files of one application in the tree of an environment. */
export function filesOfApplication(
  tree: Tree,
  environment: string,
  name: string,
  records: readonly ProgramRecord[],
): Tree {
  const owners = new Owners(environment, "any", records);
  return new Map([...tree].filter(([path]) => owners.ofApplication(path) === name));
}

/** To which application a file belongs. */
class Owners {
  private readonly folders = new Map<string, string>();
  private readonly kustomizations = new Map<string, string>();

  constructor(environment: string, cluster: string, records: readonly ProgramRecord[]) {
    const top = environmentFolder(environment);
    for (const [name, { folder, kustomization }] of records.flatMap((record) => [...record])) {
      this.folders.set(`${top}/${folder}/`, name);
      this.folders.set(`${top}/charts/${name}/`, name);
      this.kustomizations.set(`${clusterFolder(cluster)}/${kustomization}.yaml`, name);
    }
  }

  ofApplication(path: string): string | undefined {
    for (const [folder, name] of this.folders) if (path.startsWith(folder)) return name;
    return undefined;
  }

  ofSetup(path: string): string | undefined {
    return this.kustomizations.get(path);
  }
}
