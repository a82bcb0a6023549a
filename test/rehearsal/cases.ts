import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { checkout } from "../../core/state.js";

/** Path in the repository to content. */
export type Files = Readonly<Record<string, string>>;

const action = z.enum(["created", "changed", "recreated", "pruned", "deleted", "rejected"]);
const ready = z.enum(["True", "False", "none"]);

const caseFile = z.strictObject({
  title: z.string(),
  why: z.string(),
  label: z.strictObject({
    verdict: z.enum(["safe", "destructive", "rejected"]),
    /** Whatever is not named here is afterwards as it was. */
    objects: z.record(z.string(), action).default({}),
    /** Kustomizations and HelmReleases that are not Ready in the end; `none`: it never says. */
    ready: z.record(z.string(), ready).default({}),
    dataLoss: z.array(z.string()).default([]),
  }),
  /** It resembles another case: left out of `npm test`, which it would make too long. */
  extra: z.boolean().default(false),
  /** Files of base/ that head has no more. */
  removed: z.array(z.string()).default([]),
});

/** What a merge does to an object, as the report's model has it. */
export type Fate = z.infer<typeof action>;

/** What a Kustomization or HelmRelease says in the end. */
export type Ready = z.infer<typeof ready>;

/** What is known before, from the documentation of Kubernetes and Flux. */
export type Label = z.infer<typeof caseFile>["label"];

/** One merge request. */
export interface Case {
  /** Also the name of its namespace, and in the names of all its objects: {@link belongsTo}. */
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly label: Label;
  readonly extra: boolean;
  readonly base: Files;
  readonly head: Files;
}

const folder = join(checkout, "test", "rehearsal", "cases");

/** Every case that is not extra, those whose names are given, or `all`. @throws Error for a case that is malformed, or whose name begins like another's */
export function readCases(only: readonly string[] = []): Case[] {
  const names = readdirSync(folder).sort();
  for (const name of names) {
    const longer = names.find((other) => other.startsWith(`${name}-`));
    if (longer) throw new Error(`the objects of ${longer} cannot be told from those of ${name}`);
  }
  const cases = names.map(readCase);
  if (only.includes("all")) return cases;
  return cases.filter(({ name, extra }) => (only.length === 0 ? !extra : only.includes(name)));
}

/** Whether an object is a case's: its namespace or its name is the case's, or begins or ends with it. */
export function belongsTo(name: string, { namespace, name: object }: { namespace?: string | undefined; name: string }) {
  const mine = new RegExp(`(^|\\.)${name}($|[-.])`);
  return mine.test(object) || (namespace !== undefined && mine.test(namespace));
}

function readCase(name: string): Case {
  const { title, why, label, extra, removed } = caseFile.parse(
    parse(readFileSync(join(folder, name, "case.yaml"), "utf8")),
  );
  const base = readTree(join(folder, name, "base"));
  const head = { ...base, ...readTree(join(folder, name, "head")) };
  for (const path of removed) {
    if (!(path in base)) throw new Error(`${name} removes ${path}, which it does not have`);
    delete head[path];
  }
  return { name, title, why, label, extra, base, head };
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
