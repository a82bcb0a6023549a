import { createHash } from "node:crypto";
import type { ObjectProvenance } from "./object-provenance.js";
import type { FileAction } from "./publish-plan.js";

/**
 * Trailers of a published commit, the last lines of its message.
 *
 * @see https://git-scm.com/docs/git-interpret-trailers
 */
const trailers = {
  /**
   * Marks a commit of this program: digest of the files in its folders. After a change by hand the
   * digest differs.
   */
  content: "Timonier-Publish",
  /** An app whose objects change. */
  app: "Timonier-App",
  /** A commit of another author that was on the branch and was overwritten. */
  replaces: "Timonier-Replaces",
  /** Provenance of an object: `APIVERSION KIND NAMESPACE/NAME FILE:LINE`; `-` where there is no namespace. */
  provenance: "Timonier-Cause",
} as const;

/** Largest number of provenance lines in a message; one more line has the number of the others. */
const maxProvenance = 200;
/** Largest number of files in a description. */
const maxFiles = 500;
/** Largest number of overwritten commits that a message names. */
const maxReplaced = 20;

/** Contents of the trailers of a published commit. */
export interface CommitFacts {
  /** See {@link contentDigest}. */
  readonly content: string;
  readonly apps: readonly string[];
  readonly replaced: readonly string[];
}

/** Digest of the files of a commit, from their Git object ids. */
export function contentDigest(blobs: ReadonlyMap<string, string>): string {
  const lines = [...blobs].map(([path, id]) => `${id} ${path}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex").slice(0, 40);
}

/** Message of the published commit. */
export function commitMessage(title: string, facts: CommitFacts, provenance: readonly ObjectProvenance[]): string {
  const lines = [
    `${trailers.content}: ${facts.content}`,
    ...facts.apps.map((app) => `${trailers.app}: ${app}`),
    ...facts.replaced.slice(-maxReplaced).map((commit) => `${trailers.replaces}: ${commit}`),
    ...provenance.slice(0, maxProvenance).map((one) => `${trailers.provenance}: ${provenanceLine(one)}`),
  ];
  if (provenance.length > maxProvenance) {
    lines.push(`${trailers.provenance}s-Left-Out: ${provenance.length - maxProvenance}`);
  }
  return `${title}\n\n${lines.join("\n")}\n`;
}

function provenanceLine({ apiVersion, kind, namespace = "-", name, file, line }: ObjectProvenance): string {
  return `${apiVersion} ${kind} ${namespace}/${name} ${file}:${line}`;
}

/** @returns the trailers of a message; undefined for a commit that this program did not make */
export function parseCommit(message: string): CommitFacts | undefined {
  const values = (name: string) =>
    [...message.matchAll(new RegExp(`^${name}: (.*)$`, "gm"))].map(([, value]) => value?.trim() ?? "");
  const [content] = values(trailers.content);
  return content === undefined
    ? undefined
    : { content, apps: values(trailers.app), replaced: values(trailers.replaces) };
}

const verbs = { create: "new", update: "changed", delete: "deleted" } as const;

/**
 * Text of the merge request: the description of the caller, the apps, the changed files, and a
 * warning about the branch.
 */
export function describe(description: string | undefined, actions: readonly FileAction[], facts: CommitFacts): string {
  const files = actions.slice(0, maxFiles).map(({ action, filePath }) => `- ${verbs[action]}: \`${filePath}\``);
  if (actions.length > maxFiles) files.push(`- and ${actions.length - maxFiles} more`);
  return [
    ...(description ? [description] : []),
    ...(facts.apps.length > 0 ? [`Changed apps: ${facts.apps.join(", ")}`] : []),
    files.join("\n"),
    "The next publish recreates this branch and overwrites commits that are pushed to it: change apps/ instead.",
    ...(facts.replaced.length > 0
      ? [
          `Overwritten commits, which can still be fetched by their ids:\n\n${facts.replaced.map((one) => `- ${one}`).join("\n")}`,
        ]
      : []),
  ].join("\n\n");
}
