import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkingCopy } from "./working-copy.js";

/** One line of the journal. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** What the copy's embedded GitLab was asked, from its journal. */
export function requests(copy: WorkingCopy): Request[] {
  const lines = readFileSync(join(copy.gitlabFolder, "requests.jsonl"), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Request);
}

/** What it was asked to change. */
export function writeRequests(copy: WorkingCopy): string[] {
  return requests(copy)
    .filter(({ method, path }) => !["GET", "HEAD"].includes(method) && !path.endsWith("git-upload-pack"))
    .map(({ method, path }) => `${method} ${path}`);
}
