import { posix } from "node:path";
import { listAt, textAt } from "./kube-objects.js";
import { parsed, scan, type TreeFiles } from "./scan.js";
import { yamlDocuments } from "./yaml-text.js";

/** Files that the build of a folder includes. */
export interface Reach {
  /** Paths of YAML files. */
  readonly paths: ReadonlySet<string>;
  /** Whether it includes something that is not in the tree or cannot be read. */
  readonly isOpen: boolean;
}

/** Names of the kustomization file. @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */
const kustomizationNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Fields whose entries are files or folders of manifests. */
const manifests = ["resources", "bases", "components"];

/** Fields whose entries are files that are not manifests. */
const others = ["crds", "configurations", "transformers", "generators", "validators", "patchesStrategicMerge"];

/** Fields whose entries have a file in `path`. */
const withPath = ["patches", "patchesJson6902", "replacements"];

/** Follows kustomizations from a folder to all files that they include, also outside of it. */
export function reachOf(files: TreeFiles, folder: string): Reach {
  const reader = new Reader(files);
  reader.top(folderIn(folder));
  return reader;
}

/** `./apps/web/` and `/apps/web` → `apps/web`, `.` → ``. */
export function folderIn(folder: string): string {
  return posix.join("/", folder).replace(/^\/|\/$/g, "");
}

class Reader implements Reach {
  readonly paths = new Set<string>();
  isOpen = false;
  readonly #folders = new Set<string>();

  constructor(private readonly files: TreeFiles) {}

  /** For a folder without a kustomization, Flux generates one that includes everything below it. */
  top(folder: string): void {
    if (this.#kustomization(folder) !== undefined) {
      this.#folder(folder);
      return;
    }
    const prefix = folder === "" ? "" : `${folder}/`;
    for (const path of this.files.keys()) {
      if (!path.startsWith(prefix)) continue;
      if (kustomizationNames.includes(posix.basename(path))) this.#folder(folderOf(path));
      else this.paths.add(path);
    }
  }

  #kustomization(folder: string): string | undefined {
    return kustomizationNames.map((name) => posix.join(folder, name)).find((path) => this.files.has(path));
  }

  #folder(folder: string): void {
    if (this.#folders.has(folder)) return;
    this.#folders.add(folder);
    const path = this.#kustomization(folder);
    const value = path === undefined ? undefined : parsedText(this.files.get(path) ?? "");
    if (path === undefined || value === undefined) {
      this.isOpen = true;
      return;
    }
    this.paths.add(path);
    for (const entry of textsAt(value, manifests)) this.#manifest(folder, entry);
    const paths = withPath.flatMap((field) => listAt(value, field).flatMap((one) => textAt(one, "path") ?? []));
    for (const entry of [...textsAt(value, others), ...paths]) this.#file(folder, entry);
    if (listAt(value, "helmCharts").length > 0) this.isOpen = true;
  }

  #manifest(folder: string, entry: string): void {
    const path = resolved(folder, entry);
    if (path === undefined) this.isOpen = true;
    else if (this.files.has(path)) this.paths.add(path);
    else if (path === "" || this.#isFolder(path)) this.#folder(path);
    else this.isOpen = true;
  }

  #file(folder: string, entry: string): void {
    const path = entry.includes("\n") ? undefined : resolved(folder, entry);
    if (path !== undefined && this.files.has(path)) this.paths.add(path);
    else if (path !== undefined && this.#isFolder(path)) this.#folder(path);
  }

  #isFolder(path: string): boolean {
    for (const file of this.files.keys()) if (file.startsWith(`${path}/`)) return true;
    return false;
  }
}

/** `apps/web/deployment.yaml` → `apps/web`, `deployment.yaml` → ``. */
export function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === "." ? "" : folder;
}

function parsedText(text: string): unknown {
  try {
    const [document] = yamlDocuments(text);
    return document?.errors.length === 0 ? document.toJS() : undefined;
  } catch {
    return undefined;
  }
}

function textsAt(value: unknown, fields: readonly string[]): string[] {
  return fields.flatMap((field) => listAt(value, field)).filter((one) => typeof one === "string");
}

/** Path from the top of the tree; undefined for a path outside of it and for a URL. */
function resolved(folder: string, entry: string): string | undefined {
  if (/^[^/]*:|^\/|\?ref=|^(github|gitlab|bitbucket)\.[a-z]+\//.test(entry)) return undefined;
  const path = posix.join(folder, entry).replace(/\/$/, "");
  if (path === "..") return undefined;
  return path.startsWith("../") ? undefined : path === "." ? "" : path;
}

/**
 * Whether a file that a folder includes sets a namespace. If none does, the rehearsal sets the
 * target namespace, which would override all others. Returns true when it is not certain.
 */
export function namesNamespace(files: TreeFiles, folder: string): boolean {
  const { paths, isOpen } = reachOf(files, folder);
  return isOpen || [...paths].some((path) => hasNamespace(path, files.get(path) ?? ""));
}

function hasNamespace(path: string, text: string): boolean {
  const bare = text.replace(/^\s*#.*$/gm, "");
  if (!/namespace/i.test(bare)) return false;
  if (kustomizationNames.includes(posix.basename(path))) return true;
  const documents = scan(new Map([[path, text]]));
  const objects = documents.map(parsed);
  // A document that is not an object, such as a JSON patch, may set one, too.
  if (documents.length === 0 || objects.includes(undefined)) return true;
  return objects.some((one) => one?.metadata.namespace !== undefined);
}
