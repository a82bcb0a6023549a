import { createHash } from "node:crypto";
import type { ObjectCause } from "./object-provenance.js";
import type { FileAction } from "./publish-plan.js";

/** Trailers of our own commit, the last lines of its message. @see https://git-scm.com/docs/git-interpret-trailers */
const trailers = {
  /** Marks a commit as ours: digest of the files in its folders. A commit that was amended by hand has another one. */
  content: "Timonier-Publish",
  /** An app that is touched. */
  app: "Timonier-App",
  /** A commit of somebody else that stood on the branch and was written over. */
  replaces: "Timonier-Replaces",
  /** `APIVERSION KIND NAMESPACE/NAME FILE:LINE`; namespace `-`: none. */
  cause: "Timonier-Cause",
} as const;

/** A message has as many cause lines at most; one more says how many there would be. */
const mostCauses = 200;
/** As many files are listed in a description. */
const mostFiles = 500;
/** As many commits that were written over are remembered. */
const mostReplaced = 20;

/** What a commit of ours says of itself. */
export interface CommitFacts {
  /** See {@link contentDigest}. */
  readonly content: string;
  readonly apps: readonly string[];
  readonly replaced: readonly string[];
}

/** Digest of the files of a commit, by Git's ids of them. */
export function contentDigest(blobs: ReadonlyMap<string, string>): string {
  const lines = [...blobs].map(([path, id]) => `${id} ${path}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex").slice(0, 40);
}

/** The message of the one commit. */
export function commitMessage(title: string, facts: CommitFacts, causes: readonly ObjectCause[]): string {
  const lines = [
    `${trailers.content}: ${facts.content}`,
    ...facts.apps.map((app) => `${trailers.app}: ${app}`),
    ...facts.replaced.slice(-mostReplaced).map((commit) => `${trailers.replaces}: ${commit}`),
    ...causes.slice(0, mostCauses).map((cause) => `${trailers.cause}: ${causeLine(cause)}`),
  ];
  if (causes.length > mostCauses) lines.push(`${trailers.cause}s-Left-Out: ${causes.length - mostCauses}`);
  return `${title}\n\n${lines.join("\n")}\n`;
}

function causeLine({ apiVersion, kind, namespace = "-", name, file, line }: ObjectCause): string {
  return `${apiVersion} ${kind} ${namespace}/${name} ${file}:${line}`;
}

/** What a message says; undefined for a commit that is not ours. */
export function parseCommit(message: string): CommitFacts | undefined {
  const values = (name: string) =>
    [...message.matchAll(new RegExp(`^${name}: (.*)$`, "gm"))].map(([, value]) => value?.trim() ?? "");
  const [content] = values(trailers.content);
  return content === undefined
    ? undefined
    : { content, apps: values(trailers.app), replaced: values(trailers.replaces) };
}

const verbs = { create: "new", update: "changed", delete: "deleted" } as const;

/** The text of the merge request: the caller's words, the apps, what it does to which file, and whose branch it is. */
export function describe(words: string | undefined, actions: readonly FileAction[], facts: CommitFacts): string {
  const files = actions.slice(0, mostFiles).map(({ action, filePath }) => `- ${verbs[action]}: \`${filePath}\``);
  if (actions.length > mostFiles) files.push(`- and ${actions.length - mostFiles} more`);
  return [
    ...(words ? [words] : []),
    ...(facts.apps.length > 0 ? [`Apps touched: ${facts.apps.join(", ")}`] : []),
    files.join("\n"),
    "The next publish makes this branch anew and writes over what is pushed to it: change apps/ instead.",
    ...(facts.replaced.length > 0
      ? [
          `Written over so far, still to be fetched by their ids:\n\n${facts.replaced.map((one) => `- ${one}`).join("\n")}`,
        ]
      : []),
  ].join("\n\n");
}
