import { resolve } from "node:path";
import { useOf } from "../../model/provided.js";
import type { ScannedDocument } from "../../model/scan.js";
import type { RehearsalRequest } from "../request.js";
import { type ProvidedSource, readSource, takenAs } from "./provided-sources.js";

/** Sources of the options `--source`. */
export interface GivenSources {
  /** `NAMESPACE/NAME` and `DIR[@REF]` of those that are Git clones. */
  readonly clones: ReadonlyArray<readonly [string, string]>;
  readonly files: readonly ProvidedSource[];
}

/**
 * Reads the options `--source`.
 *
 * @param documents objects of the trees, from which the kind of a source is known
 * @throws UserError when a source cannot have the files of its path
 */
export async function givenSources(
  { sources, cwd }: Pick<RehearsalRequest, "sources" | "cwd">,
  documents: readonly ScannedDocument[],
): Promise<GivenSources> {
  const given = await Promise.all(
    Object.entries(sources).map(async ([source, spec], index) => {
      const use = useOf(documents, source);
      const { clone, files } = await takenAs(spec, use, cwd);
      return {
        source,
        spec,
        clone,
        files: files ? await readSource({ source, path: resolve(cwd, spec) }, index, use) : undefined,
      };
    }),
  );
  return {
    clones: given.filter(({ clone }) => clone).map(({ source, spec }) => [source, spec] as const),
    files: given.flatMap(({ files }) => files ?? []),
  };
}

/** Texts of the report about sources that are read from files. */
export function describeProvided(files: readonly ProvidedSource[]): string[] {
  return files.map(({ source, content: { form, charts } }) => {
    const what = form === "charts" ? charts.map(({ name, version }) => `${name} ${version}`).join(", ") : form;
    return `the content of the source ${source}, from --source: ${what}`;
  });
}
