import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Pin, parsePin, pinFolder, pinPath } from "@timonier/charts/pin-file";
import { nearest } from "@timonier/kit/nearest";
import { UserError } from "@timonier/kit/user-error";

/** Names of the pinned charts of a checkout, sorted. */
export async function pinnedNames(root: string): Promise<string[]> {
  const names = await readdir(join(root, pinFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.flatMap((name) => /^([a-z0-9-]+)\.ts$/.exec(name)?.[1] ?? []).sort();
}

/** Reads the pin of a chart. @returns undefined when there is none */
export async function findPin(root: string, name: string): Promise<Pin | undefined> {
  const text = await readFile(join(root, pinPath(name)), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : parsePin(text, pinPath(name));
}

/** Reads the pin of a chart. @throws UserError when there is none, with the names of those that there are */
export async function readPin(root: string, name: string): Promise<Pin> {
  const pin = await findPin(root, name);
  if (pin) return pin;
  const names = await pinnedNames(root);
  const near = nearest(name, names);
  throw new UserError(
    `there is no pinned chart ${name}`,
    pinFolder,
    near ? `did you mean ${near}?` : `pin it by \`npx timonier chart add\`; pinned are: ${names.join(", ") || "none"}`,
    { code: "TIM-825" },
  );
}
