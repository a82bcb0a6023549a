import { UserError } from "@timonier/kit/user-error";
import { ApiObject, type App, Chart, Yaml } from "cdk8s";
import { ownedFilesName, ownedFilesOf, renderOwnedFiles } from "./owned-files.js";

/** Content of a repository's synthesized files by their path from its top, `/` between folders. */
export type Tree = ReadonlyMap<string, string>;

/** One App for each repository: its `outdir` is the folder there, each chart one file. */
export interface RepositoryApps {
  readonly setup: App;
  readonly application: App;
}

/**
 * What one synthesis makes. In each folder lies a list of what was synthesized there, so that a later synthesis can delete
 * what it no longer makes and leaves alone what others put beside it: other files, and other clusters' folders.
 */
export interface Trees {
  /** For the setup repository: `clusters/NAME/….yaml`. */
  readonly setup: Tree;
  /** For the application repository: `infra/….yaml`. */
  readonly application: Tree;
}

/**
 * The trees of several clusters as one: the folders of the setup repository are theirs, the applications are the same.
 *
 * @throws UserError for two clusters of one name, or where the applications differ
 */
export function joinTrees(all: readonly Trees[]): Trees {
  const setup = new Map<string, string>();
  for (const trees of all) {
    for (const [path, content] of trees.setup) {
      if (setup.has(path)) {
        throw new UserError(
          `two stacks have "${path}"`,
          "clusterName of their settings",
          "give each cluster its own name",
        );
      }
      setup.set(path, content);
    }
  }
  const [application = new Map(), ...others] = all.map((trees) => trees.application);
  const differing = [...application].find(([path, content]) => others.some((one) => one.get(path) !== content));
  if (!differing) return { setup, application };
  throw new UserError(
    `the applications of two clusters differ, in ${differing[0]}`,
    "apps/main.ts",
    "build them from what all clusters share",
  );
}

/**
 * Renders constructs as files. Same constructs, same bytes; nothing is read or written.
 *
 * @throws UserError with every fault of every construct
 */
export function renderTrees(apps: RepositoryApps): Trees {
  refuseFaults(apps);
  return { setup: render(apps.setup), application: render(apps.application) };
}

/**
 * One file a chart, once all of the App is known to be valid, and the list of them.
 *
 * `App.synth` writes files itself, validates everything again for each chart, and numbers the files as soon as one chart
 * depends on another, so that a new dependency would rename them all.
 */
function render(app: App): Tree {
  const files = app.charts.map((chart): [string, string] => {
    const objects = chart.node.findAll().filter((construct) => construct instanceof ApiObject);
    const own = objects.filter((object) => Chart.of(object) === chart);
    return [`${chart.node.id}${app.outputFileExtension}`, Yaml.stringify(...own.map((object) => object.toJson()))];
  });
  files.sort(([one], [other]) => (one < other ? -1 : 1));
  files.push([ownedFilesName, renderOwnedFiles(ownedFilesOf(new Map(files)))]);
  return new Map(files.map(([name, content]) => [`${app.outdir}/${name}`, content]));
}

function refuseFaults(apps: RepositoryApps): void {
  const faults = Object.values(apps).flatMap((app: App) =>
    app.node.findAll().flatMap((construct) => {
      const place = construct.node.path && `${construct.node.path}: `;
      return construct.node.validate().map((text) => `${place}${text}`);
    }),
  );
  if (faults.length === 0) return;
  const count = faults.length === 1 ? "a construct is wrong" : `the constructs have ${faults.length} faults`;
  throw new UserError(
    `${count}:\n${faults.map((text) => `    ${text}`).join("\n")}`,
    "apps/, at the constructs named above",
    "correct the values in apps/ or in apps/settings.yaml",
  );
}
