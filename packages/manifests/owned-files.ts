import { createHash } from "node:crypto";
import { withoutMarkedImages } from "@timonier/kit/image-marker";
import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";

/**
 * Name of the list of synthesized files in each folder. Flux ignores it, because it applies YAML
 * files only.
 */
export const ownedFilesName = ".timonier-tree.json";

/**
 * Files of the last synthesis, with the {@link contentHash} of each; other files do not belong to
 * this program.
 */
export type OwnedFiles = ReadonlyMap<string, string>;

const schema = z.strictObject({ version: z.literal(1), files: z.record(z.string(), z.string()) });

/** The list for these files. */
export function ownedFilesOf(files: ReadonlyMap<string, string>): OwnedFiles {
  return new Map([...files].map(([path, content]) => [path, contentHash(content)]));
}

/** The list as text, sorted and with one file on a line, so that Git can merge it. */
export function renderOwnedFiles(owned: OwnedFiles): string {
  const files = Object.fromEntries([...owned].sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify({ version: 1, files }, undefined, 2)}\n`;
}

/**
 * Reads the list back.
 *
 * @param text undefined when there is no list, and so no owned file
 * @throws UserError when the text is not such a list, because a guess could delete a user's file
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
      "the list of synthesized files is invalid",
      where,
      "delete it, then delete synthesized files that are no longer needed by hand",
      { code: "TIM-706", cause },
    );
  }
}

/**
 * Rejects a path that leads out of its folder or into `.git`.
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
    { code: "TIM-707" },
  );
}

/**
 * SHA-256 of a text's UTF-8 bytes, hexadecimal, without the images that automation sets: an update
 * by automation changes the file and not the list.
 */
export function contentHash(content: string): string {
  return createHash("sha256").update(withoutMarkedImages(content)).digest("hex");
}
