import { git, tryGit } from "@timonier/kit/git";
import type { Person } from "./commit.js";

/** An annotated tag. */
export interface AnnotatedTag {
  /** Hash of the tag's own object. */
  readonly id: string;
  readonly message: string;
  readonly at: string;
}

/** An annotated tag to be written. */
export interface NewTag {
  readonly name: string;
  readonly commit: string;
  readonly message: string;
  readonly tagger: Person;
}

/** Writes the object of an annotated tag, without a ref. @returns its hash */
export async function tagObject(repository: string, { name, commit, message, tagger }: NewTag): Promise<string> {
  const plain = (text: string) => text.replace(/[<>\r\n\0]/g, "").trim();
  const by = `${plain(tagger.name)} <${plain(tagger.email)}> ${Math.floor(Date.now() / 1000)} +0000`;
  const input = `object ${commit}\ntype commit\ntag ${name}\ntagger ${by}\n\n${message.replace(/\n?$/, "\n")}`;
  return (await git(repository, ["mktag"], { input })).trim();
}

/** An annotated tag by its name; undefined for a lightweight one. */
export async function readTag(repository: string, name: string): Promise<AnnotatedTag | undefined> {
  const format = "--format=%(objecttype)%00%(objectname)%00%(taggerdate:iso-strict)%00%(contents)";
  const { stdout } = await tryGit(repository, ["for-each-ref", format, `refs/tags/${name}`]);
  const [type, id = "", at = "", message = ""] = stdout.toString().split("\0");
  return type === "tag" ? { id, at, message: message.trimEnd() } : undefined;
}
