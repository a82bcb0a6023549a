import { createHash } from "node:crypto";
import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";

/** The list of synthesized files, in the folder that it is about; Flux applies YAML files only and passes it over. */
export const ownedFilesName = ".timonier-tree.json";

/** Which files were synthesized last time, with the SHA-256 of their content; every other file is somebody's own. */
export type OwnedFiles = ReadonlyMap<string, string>;

const schema = z.strictObject({ version: z.literal(1), files: z.record(z.string(), z.string()) });

/** What synthesis owns when these files are written; paths as they are given. */
export function ownedFilesOf(files: ReadonlyMap<string, string>): OwnedFiles {
  return new Map([...files].map(([path, content]) => [path, sha256(content)]));
}

/** The list as a file: sorted, one file a line, so that it merges like any other. */
export function renderOwnedFiles(owned: OwnedFiles): string {
  const files = Object.fromEntries([...owned].sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify({ version: 1, files }, undefined, 2)}\n`;
}

/**
 * Reads the list back.
 *
 * @param text undefined when there is none: then nothing is owned
 * @throws UserError when it is not such a list: guessing could delete somebody's file
 */
export function parseOwnedFiles(text: string | undefined, where: string): OwnedFiles {
  if (text === undefined) return new Map();
  try {
    const { files } = schema.parse(JSON.parse(text));
    for (const path of Object.keys(files)) refuseOutside(path, where);
    return new Map(Object.entries(files));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      "the list of synthesized files cannot be read",
      where,
      "delete it; synthesized files that are no longer wanted must then be deleted by hand",
      { cause },
    );
  }
}

/**
 * Refuses a path that is not plainly inside its folder, or that is Git's own.
 *
 * @throws UserError
 */
export function refuseOutside(path: string, where: string): void {
  const parts = path.split("/");
  const odd = parts.some((part) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part));
  if (!odd && parts[0]?.toLowerCase() !== ".git") return;
  throw new UserError(
    `"${path}" cannot be the path of a synthesized file`,
    where,
    "use FOLDER/FILE inside the repository",
  );
}

/** SHA-256 of a text's UTF-8 bytes, hexadecimal. */
export function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
