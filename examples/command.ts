import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nearest } from "@timonier/kit/nearest";
import { UserError } from "@timonier/kit/user-error";
import { buildExample, type Example, examples } from "./all.js";

/**
 * Synthesizes examples.
 *
 * @param args the name of one example. @default all of them, each into its file `NAME.yaml`
 * @param folder where the files are written; what was in it before is deleted
 * @returns the text to print: the manifests of the one example, or the paths of the files
 * @throws UserError for an example that does not exist
 */
export async function synthesizeExamples(args: readonly string[], folder: string): Promise<string> {
  const [name] = args;
  if (name !== undefined) return buildExample(find(name)).synthYaml();
  const files = [...examples].map(([one, example]) => ({
    path: join(folder, `${one}.yaml`),
    text: buildExample(example).synthYaml(),
  }));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { path, text } of files) await writeFile(path, text);
  return files.map(({ path }) => `${path}\n`).join("");
}

function find(name: string): Example {
  const found = examples.get(name);
  if (found) return found;
  const names = [...examples.keys()];
  const near = nearest(name, names);
  throw new UserError(
    `example ${name} does not exist`,
    "examples/",
    near ? `did you mean ${near}?` : `use one of: ${names.join(", ")}`,
    { code: "TIM-804" },
  );
}
