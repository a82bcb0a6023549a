import { type PlainFile, plainFileKey } from "@timonier/kit/plain-file";
import { UserError } from "@timonier/kit/user-error";
import { ApiObject, type App, Chart, Yaml } from "cdk8s";
import { markImages, ownedImagesOf } from "./mark-images.js";
import { ownedFilesName, ownedFilesOf, renderOwnedFiles } from "./owned-files.js";

/** Contents of a repository's synthesized files by path in the repository, with `/` between folders. */
export type Tree = ReadonlyMap<string, string>;

/**
 * Apps whose files one list names. The `outdir` of each is its folder in the repository, and each
 * chart is one file.
 */
export interface ManifestSet {
  /** Folder of the list. The apps are in it or in folders below it. */
  readonly folder: string;
  readonly apps: readonly App[];
}

/** The manifests of each repository. */
export interface RepositoryApps {
  readonly setup: readonly ManifestSet[];
  readonly application: readonly ManifestSet[];
}

/**
 * Result of one synthesis. Each folder contains a list of its synthesized files, so that a later
 * synthesis can delete those that it no longer makes. Other files, and the folders of other
 * clusters, stay.
 */
export interface Trees {
  /** For the setup repository: `clusters/NAME/….yaml`. */
  readonly setup: Tree;
  /** For the application repository: `infra/….yaml`, `applications/NAME/….yaml`. */
  readonly application: Tree;
}

/**
 * Joins the trees of several clusters. Each cluster has its own folder in the setup repository; the
 * applications of one environment must be equal.
 *
 * @throws UserError when two clusters have the same name, or when the applications differ
 */
export function joinTrees(all: readonly Trees[]): Trees {
  const setup = new Map<string, string>();
  for (const trees of all) {
    for (const [path, content] of trees.setup) {
      if (setup.has(path)) {
        throw new UserError(
          `two stacks write the file "${path}"`,
          "setting clusterName of the stacks",
          "give each cluster its own name",
          { code: "TIM-711" },
        );
      }
      setup.set(path, content);
    }
  }
  const application = new Map(all.flatMap((trees) => [...trees.application]));
  const differing = all
    .flatMap((trees) => [...trees.application])
    .find(([path, text]) => application.get(path) !== text);
  if (!differing) return { setup, application };
  throw new UserError(
    `the applications of two clusters differ in ${differing[0]}`,
    "apps/main.ts",
    "build the applications only from values that all clusters share",
    { code: "TIM-712" },
  );
}

/**
 * Renders constructs as files. Equal constructs give equal bytes; nothing is read or written.
 *
 * @throws UserError with the validation errors of all constructs
 */
export function renderTrees(apps: RepositoryApps): Trees {
  throwValidationErrors(apps);
  const tree = (sets: readonly ManifestSet[]) => new Map(sets.flatMap((set) => [...render(set)]));
  return { setup: tree(apps.setup), application: tree(apps.application) };
}

/** Every object of an App, with its file: the path from the top of the repository. */
export function objectsOf(app: App): Array<{ readonly file: string; readonly object: ApiObject }> {
  const objects = app.node.findAll().filter((construct) => construct instanceof ApiObject);
  return objects.map((object) => ({ file: fileOf(app, Chart.of(object)), object }));
}

function objectsByFile(app: App): ReadonlyMap<string, readonly ApiObject[]> {
  const found = new Map<string, ApiObject[]>();
  for (const { file, object } of objectsOf(app)) {
    const own = found.get(file);
    if (own) own.push(object);
    else found.set(file, [object]);
  }
  return found;
}

const fileOf = (app: App, chart: Chart) => `${app.outdir}/${chart.node.id}${app.outputFileExtension}`;

/**
 * Renders one file for each chart, and the list of them. `App.synth` is not used: it writes files,
 * validates the whole App again for each chart, and puts numbers into file names when charts depend
 * on each other, so that a new dependency would rename files.
 */
function render({ folder, apps }: ManifestSet): Tree {
  const files = apps.flatMap((app) => {
    const objects = objectsByFile(app);
    const manifests = app.charts.map((chart): [string, string] => {
      const file = fileOf(app, chart);
      const own = objects.get(file) ?? [];
      const text = Yaml.stringify(...own.map((object) => object.toJson()));
      return [file.slice(folder.length + 1), markImages(text, own.map(ownedImagesOf))];
    });
    const beside = plainFilesOf(app).map(([path, content]): [string, string] => [
      `${app.outdir}/${path}`.slice(folder.length + 1),
      content,
    ]);
    return [...manifests, ...beside];
  });
  files.sort(([one], [other]) => (one < other ? -1 : 1));
  files.push([ownedFilesName, renderOwnedFiles(ownedFilesOf(new Map(files)))]);
  return new Map(files.map(([name, content]) => [`${folder}/${name}`, content]));
}

/**
 * Files of an App that are not manifests, and the list of its manifests for Kustomize: without it,
 * Flux would apply every YAML file of the folder.
 */
function plainFilesOf(app: App): ReadonlyArray<readonly [string, string]> {
  const files = app.node.metadata.filter(({ type }) => type === plainFileKey).map(({ data }) => data as PlainFile);
  if (files.length === 0) return [];
  const resources = app.charts.map((chart) => `${chart.node.id}${app.outputFileExtension}`).sort();
  const kustomization = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources };
  return [
    ...files.map(({ path, content }) => [path, content] as const),
    ["kustomization.yaml", Yaml.stringify(kustomization)],
  ];
}

function throwValidationErrors(apps: RepositoryApps): void {
  const all = [...apps.setup, ...apps.application].flatMap((set) => set.apps);
  const errors = all.flatMap((app) =>
    app.node.findAll().flatMap((construct) => {
      const place = construct.node.path && `${construct.node.path}: `;
      return construct.node.validate().map((text) => `${place}${text}`);
    }),
  );
  if (errors.length === 0) return;
  const count =
    errors.length === 1 ? "a construct is invalid" : `the constructs have ${errors.length} validation errors`;
  throw new UserError(
    `${count}:\n${errors.map((text) => `    ${text}`).join("\n")}`,
    "apps/, in the constructs listed above",
    "correct the values in apps/ or in apps/settings.yaml",
    { code: "TIM-802" },
  );
}
