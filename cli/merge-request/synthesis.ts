import type { ObjectProvenance } from "@timonier/manifests/object-provenance";
import type { Trees } from "@timonier/manifests/tree";
import type { ProvenanceOptions } from "@timonier/provenance/provenance";
import {
  differencesOf,
  type Environment,
  environmentsFile,
  findEnvironment,
  parseEnvironments,
  type SettingsFiles,
  settingsFor,
} from "../../apps/environments.js";
import { type AppsInput, appsInput } from "../../apps/main.js";
import { synthesize } from "../../infra/delivery/synthesize.js";
import type { Destination } from "./destination.js";

/** The manifests of apps/ for one stack. */
export interface Synthesis {
  readonly input: AppsInput;
  readonly trees: Trees;
  /** Environment of the stack. @default it belongs to none */
  readonly environment?: Environment;
  /** The same with other tags of the images that automation owns. */
  withImages(images: NonNullable<AppsInput["images"]>): Synthesis;
  /** The source line behind each object. @param base the earlier synthesis @default none */
  provenance(base?: Trees): Promise<readonly ObjectProvenance[]>;
}

/** What a synthesis needs to know of a stack. */
export type SynthesisNames = Pick<
  Destination,
  "cluster" | "branch" | "applicationUrl" | "environment" | "imageAutomation"
>;

/**
 * Synthesizes apps/ for a stack.
 *
 * @throws UserError for settings or constructs that are wrong
 */
export function synthesisFor(names: SynthesisNames & Pick<AppsInput, "images">, files: SettingsFiles): Synthesis {
  const { settings, environment } = settingsFor(files, names.environment);
  const inputOf = (read: typeof settings) => appsInput({ ...names, environment }, read);
  const input = inputOf(settings);
  const options: ProvenanceOptions = {
    settings: files.settings,
    inputOf,
    ...(environment && { differences: differencesIn(files.environments, environment.name) }),
  };
  return {
    input,
    trees: synthesize(input),
    withImages: (images) => synthesisFor({ ...names, images }, files),
    ...(environment && { environment }),
    provenance: async (base) => {
      // Loaded on demand, because it loads the TypeScript compiler.
      const { provenanceOf } = await import("@timonier/provenance/provenance");
      return provenanceOf({ ...options, ...(base && { base }) });
    },
  };
}

function differencesIn(text: string, name: string): NonNullable<ProvenanceOptions["differences"]> {
  const read = (version: string) => differencesOf(findEnvironment(parseEnvironments(version), name, environmentsFile));
  return { text, file: environmentsFile, read };
}
