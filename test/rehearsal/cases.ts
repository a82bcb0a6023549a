import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { checkout } from "../../packages/kit/state-folder.js";

/** Path in the repository to content. */
export type Files = Readonly<Record<string, string>>;

const action = z.enum(["created", "updated", "recreated", "pruned", "deleted", "rejected"]);
const ready = z.enum(["True", "False", "none"]);

const caseFile = z.strictObject({
  title: z.string(),
  why: z.string(),
  label: z.strictObject({
    verdict: z.enum(["safe", "destructive", "rejected"]),
    /** Actions of changed objects. All other objects stay the same. */
    objects: z.record(z.string(), action).default({}),
    /**
     * Kustomizations and HelmReleases that are not Ready after the merge; `none` when they have no
     * condition.
     */
    ready: z.record(z.string(), ready).default({}),
    dataLoss: z.array(z.string()).default([]),
  }),
  /**
   * Part of the core: a few cases for every verdict and every action, which
   * `npm test` runs.
   */
  core: z.boolean().default(false),
  /** Whether it resembles another case, and is not in the default selection. */
  extra: z.boolean().default(false),
  /** Files of base/ that head lacks. */
  removed: z.array(z.string()).default([]),
  /**
   * A tree of `trees/` that base/ and head/ add to. Several cases have the same; `CASE` in it is
   * the case's name.
   */
  tree: z.string().optional(),
  /** Whether the rehearsal cannot evaluate enough, so that its verdict has to be `unknown`. */
  unknown: z.boolean().default(false),
  /** Files of outside/ for `--assume`. */
  assume: z.array(z.string()).default([]),
});

/** Action of a merge on an object, as in the report. */
export type Fate = z.infer<typeof action>;

/** Status of the Ready condition after the merge. */
export type Ready = z.infer<typeof ready>;

/** Expected outcome, from the documentation of Kubernetes and Flux. */
export type Label = z.infer<typeof caseFile>["label"];

/** One merge request. */
export interface Case {
  /** Name of its namespace, and part of the names of all its objects: {@link belongsTo}. */
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly label: Label;
  readonly core: boolean;
  readonly extra: boolean;
  readonly unknown: boolean;
  readonly base: Files;
  readonly head: Files;
  /** Other branches of the repository, which the merge does not change. */
  readonly branches: Readonly<Record<string, Files>>;
  /** Manifests of objects that the cluster has outside of Git. */
  readonly outside: Files;
  /** Paths of the files for `--assume`. */
  readonly assume: readonly string[];
}

const corpus = join(checkout, "test", "rehearsal");
const folder = join(corpus, "cases");

/** All cases, read once: reading some hundred files takes longer than a unit test should. */
let cases: readonly Case[] | undefined;

/**
 * Reads the corpus.
 *
 * @param only `core`, `default`, `all`, or names of cases; several add up @default `default`: every
 *   case that is not extra
 * @throws Error for a case that is malformed, a name that begins like another's, and a name that no
 *   case has
 */
export function readCases(only: readonly string[] = []): Case[] {
  const names = readdirSync(folder).sort();
  for (const name of names) {
    const longer = names.find((other) => other.startsWith(`${name}-`));
    if (longer) throw new Error(`the objects of ${longer} and ${name} cannot be distinguished`);
  }
  const unknown = only.filter((one) => !(one in selections) && !names.includes(one));
  if (unknown.length > 0) throw new Error(`no case of the corpus is called ${unknown.join(", ")}`);
  const wanted = only.length === 0 ? ["default"] : only;
  cases ??= names.map(readCase);
  return cases.filter((one) => wanted.some((word) => selections[word]?.(one) ?? one.name === word));
}

const selections: Readonly<Record<string, (one: Case) => boolean>> = {
  core: ({ core }) => core,
  default: ({ extra }) => !extra,
  all: () => true,
};

/**
 * Whether an object is a case's: its namespace or its name is the case's, or begins or ends with
 * it.
 */
export function belongsTo(name: string, { namespace, name: object }: { namespace?: string | undefined; name: string }) {
  const mine = new RegExp(`(^|\\.)${name}($|[-.])`);
  return mine.test(object) || (namespace !== undefined && mine.test(namespace));
}

function readCase(name: string): Case {
  const root = join(folder, name);
  const { tree, removed, assume, ...rest } = caseFile.parse(parse(readFileSync(join(root, "case.yaml"), "utf8")));
  if (rest.core && rest.extra) throw new Error(`${name} is both core and extra`);
  const shared = tree === undefined ? {} : readTree(join(corpus, "trees", tree));
  const base: Record<string, string> = { ...named(shared, name), ...named(readTree(join(root, "base")), name) };
  const head: Record<string, string> = { ...base, ...named(readTree(join(root, "head")), name) };
  for (const path of removed) {
    if (!(path in base)) throw new Error(`${name} removes ${path}, which it does not have`);
    delete head[path];
  }
  return {
    name,
    ...rest,
    base,
    head,
    branches: readBranches(join(root, "branches"), name),
    outside: readTree(join(root, "outside")),
    assume: assume.map((file) => join(root, "outside", file)),
  };
}

/** A tree with the placeholder replaced by the case's name. */
function named(files: Files, name: string): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll("CASE", name)]));
}

function readBranches(root: string, name: string): Readonly<Record<string, Files>> {
  if (!statSync(root, { throwIfNoEntry: false })) return {};
  return Object.fromEntries(readdirSync(root).map((branch) => [branch, named(readTree(join(root, branch)), name)]));
}

function readTree(root: string): Record<string, string> {
  if (!statSync(root, { throwIfNoEntry: false })) return {};
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(root.length + 1), readFileSync(file, "utf8")];
    }),
  );
}
