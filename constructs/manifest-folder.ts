import { globSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { ApiObject, type ApiObjectProps, Chart, JsonPatch } from "cdk8s";
import { Construct } from "constructs";
import { propsErrors } from "./flux-object.js";
import { type ManifestInFile, readManifests } from "./manifest-file.js";
import { requireUniqueNames } from "./unique-names.js";
import { invalid, matching } from "./validation.js";

/** Which files are included. */
export interface ManifestFolderProps {
  /**
   * Folder inside the checkout with files `*.yaml` and `*.yml`, also in subfolders: `apps/legacy`.
   */
  readonly folder: string;
  /** Folder that `folder` is in. @default the top of this checkout */
  readonly root?: string;
}

/**
 * The objects of a folder of plain YAML files, as they are written there. An object without a
 * namespace stays without one, also in a chart that has a namespace.
 *
 * @example
 * new ManifestFolder(chart, "legacy", { folder: "apps/legacy" });
 */
export class ManifestFolder extends Construct {
  /** Every object, by file and then in the order of the file. */
  readonly objects: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: ManifestFolderProps) {
    super(scope, id);
    const found = folderErrors(props.folder);
    const files = found.length > 0 ? [] : filesOf(props);
    if (found.length === 0 && files.length === 0) {
      found.push(...invalid("folder", "a folder with YAML files", props.folder));
    }
    const objects: ApiObject[] = [];
    for (const { name, text } of files) {
      const { manifests, errors } = readManifests(name, text);
      found.push(...errors);
      const file = new Construct(this, name);
      for (const manifest of manifests) objects.push(includeObject(file, manifest));
    }
    this.objects = objects;
    this.node.addValidation({ validate: () => propsErrors(props, () => found) });
    requireUniqueNames(this);
  }
}

function folderErrors(folder: unknown): string[] {
  const inside = /^(?![/\\]|[A-Za-z]:)(?!.*(^|[/\\])\.\.([/\\]|$)).+$/;
  return matching("folder", folder, inside, "a folder inside the checkout, such as apps/legacy");
}

/** The YAML files in the order of their paths. A folder that does not exist has none. */
function filesOf({ folder, root = checkout }: ManifestFolderProps): { name: string; text: string }[] {
  const cwd = join(root, folder);
  return globSync("**/*.{yaml,yml}", { cwd })
    .filter((path) => statSync(join(cwd, path)).isFile())
    .map((path) => path.split(sep).join("/"))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(cwd, name), "utf8") }));
}

function includeObject(file: Construct, { id, manifest }: ManifestInFile): ApiObject {
  const object = new ApiObject(file, id, manifest as unknown as ApiObjectProps);
  const { namespace } = manifest.metadata;
  if (namespace === undefined && Chart.of(file).namespace !== undefined) {
    object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
  }
  return object;
}
