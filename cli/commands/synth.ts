import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import type { ObjectCause } from "@timonier/manifests/object-provenance";
import { joinTrees } from "@timonier/manifests/tree";
import { readTrees, writeTrees } from "@timonier/manifests/tree-files";
import writeFileAtomic from "write-file-atomic";
import { appsInput } from "../../apps/main.js";
import { parseSettings } from "../../apps/settings.js";
import { settingsFile } from "../../apps/settings-file.js";
import { synthesize } from "../../infra/delivery/synthesize.js";
import { exitCodes } from "../exit-codes.js";
import { destinationOf } from "../merge-request/destination.js";

/** How to synthesize. */
export interface SynthOptions {
  /** Stacks; each gives its cluster's folder. */
  readonly stack: readonly string[];
  /** File for where each object comes from, as JSON. @default none, and nothing is asked */
  readonly causes?: string;
  /** Folder with the `setup` and `application` of an earlier synthesis, to tell what differs. */
  readonly base?: string;
}

/** `timonier synth`: apps/ → dist/setup and dist/application, as `publish` would commit them. */
export async function synth({ stack: names, causes: causesFile, base }: SynthOptions): Promise<number> {
  if (base !== undefined && causesFile === undefined) {
    throw new UserError("--base is only of use for causes", `--base ${base}`, "add --causes FILE");
  }
  const text = await readFile(settingsFile, "utf8");
  const settings = parseSettings(text, settingsFile);
  const destinations = await Promise.all(names.map((name) => destinationOf(name)));
  const trees = joinTrees(destinations.map((one) => synthesize(appsInput(one, settings))));
  const former = base === undefined ? undefined : await readTrees(base);
  const done = await writeTrees(join(checkout, "dist"), trees);
  for (const [repository, { written, removed, kept }] of Object.entries(done)) {
    const folder = join("dist", repository);
    for (const path of written) console.log(`wrote    ${join(folder, path)}`);
    for (const path of removed) console.log(`removed  ${join(folder, path)}`);
    for (const path of kept) console.log(`kept     ${join(folder, path)} (changed by hand)`);
    if (written.length + removed.length + kept.length === 0) console.log(`same     ${folder}`);
  }
  if (causesFile === undefined) return exitCodes.done;
  const { causesOf } = await import("@timonier/provenance/provenance");
  const found = new Map<string, ObjectCause>();
  for (const destination of destinations) {
    const options = { settings: text, inputOf: (read: never) => appsInput(destination, read) };
    for (const cause of await causesOf({ ...options, ...(former && { base: former }) })) {
      found.set([cause.repository, cause.path, cause.kind, cause.namespace, cause.name].join("\n"), cause);
    }
  }
  await writeFileAtomic(causesFile, `${JSON.stringify([...found.values()], undefined, 2)}\n`);
  return exitCodes.done;
}
