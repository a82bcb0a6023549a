import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import type { ObjectProvenance } from "@timonier/manifests/object-provenance";
import { joinTrees } from "@timonier/manifests/tree";
import { readTrees, writeTrees } from "@timonier/manifests/tree-files";
import writeFileAtomic from "write-file-atomic";
import { applicationFolders } from "../../apps/main.js";
import { readSettingsFiles } from "../../apps/settings-file.js";
import { exitCodes } from "../exit-codes.js";
import { destinationOf } from "../merge-request/destination.js";
import { filesOfFolder, keepImages } from "../merge-request/kept-images.js";
import { synthesisFor } from "../merge-request/synthesis.js";

/** Options of {@link synth}. */
export interface SynthOptions {
  /** Stacks, one for each cluster's folder. */
  readonly stack: readonly string[];
  /** JSON file for the source line behind each object. @default not written */
  readonly provenance?: string | undefined;
  /** Folder with `setup` and `application` of an earlier synthesis, with which provenance compares. */
  readonly base?: string;
}

/** `timonier synth`: apps/ → dist/setup and dist/application, as `publish` would commit them. */
export async function synth({ stack: names, provenance: provenanceFile, base }: SynthOptions): Promise<number> {
  if (base !== undefined && provenanceFile === undefined) {
    throw new UserError("--base needs --provenance", `--base ${base}`, "add --provenance FILE", { code: "TIM-102" });
  }
  const files = await readSettingsFiles();
  const dist = join(checkout, "dist");
  const syntheses = await Promise.all(
    names.map(async (name) => {
      const synthesis = synthesisFor(await destinationOf(name), files);
      // Without a network: the tags of the last synthesis, or of what was copied there.
      const existing = filesOfFolder(join(dist, "application"), applicationFolders(synthesis.environment));
      return keepImages(synthesis, existing);
    }),
  );
  const trees = joinTrees(syntheses.map((one) => one.trees));
  const former = base === undefined ? undefined : await readTrees(base);
  const done = await writeTrees(dist, trees);
  for (const [repository, { written, removed, kept }] of Object.entries(done)) {
    const folder = join("dist", repository);
    for (const path of written) console.log(`wrote    ${join(folder, path)}`);
    for (const path of removed) console.log(`removed  ${join(folder, path)}`);
    for (const path of kept) console.log(`kept     ${join(folder, path)} (changed by hand)`);
    if (written.length + removed.length + kept.length === 0) console.log(`same     ${folder}`);
  }
  if (provenanceFile === undefined) return exitCodes.done;
  const found = new Map<string, ObjectProvenance>();
  for (const synthesis of syntheses) {
    for (const one of await synthesis.provenance(former)) {
      found.set([one.repository, one.path, one.kind, one.namespace, one.name].join("\n"), one);
    }
  }
  await writeFileAtomic(provenanceFile, `${JSON.stringify([...found.values()], undefined, 2)}\n`);
  return exitCodes.done;
}
