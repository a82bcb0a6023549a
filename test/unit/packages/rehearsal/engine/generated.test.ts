import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../../../../../packages/kit/user-error.js";
import { openClone } from "../../../../../packages/rehearsal/engine/git-clone.js";
import { setRefs } from "../../../../../packages/rehearsal/engine/served-repository.js";
import { serveTree } from "../../../../../packages/rehearsal/engine/served-trees.js";
import { resolveFollowed } from "../../../../../packages/rehearsal/engine/tree-refs.js";
import { clustersOf } from "../../../../../packages/rehearsal/model/entries.js";
import {
  followingsOf,
  gitRepositories,
  pathRoot,
  routing,
} from "../../../../../packages/rehearsal/model/source-routes.js";
import { tree } from "../model/generated.js";
import { encryptedSecret, git, makeRepository, testFolder } from "./support.js";

/** Pairs of trees that go through Git. */
const PAIRS = 20;

/** What no text of a manifest is: links, submodules, bytes that are no text. */
const others: ReadonlyArray<readonly [mode: string, path: string, content: string | Buffer]> = [
  ["120000", "apps/link.yaml", "../../etc/passwd"],
  ["120000", "folder.yaml", "apps"],
  ["100755", "run.yaml", "#!/bin/sh\n"],
  ["100644", "latin.yaml", Buffer.from([0x6b, 0xe4, 0xff, 0xfe, 0x00, 0x0a])],
  ["100644", "wide.yaml", Buffer.from("\ufeffapiVersion: v1\nkind: A\n", "utf16le")],
  ["100644", "empty.yaml", ""],
  ["100644", "secret.yaml", encryptedSecret("s", "v")],
  ["100644", "secret.env", "A=ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops_version=3\n"],
];

/** Writes commits for `git fast-import`: a work tree cannot have all of these names. */
function imported(folder: string, trees: ReadonlyArray<ReadonlyMap<string, string>>): string[] {
  const parts: Buffer[] = [];
  const say = (text: string) => parts.push(Buffer.from(text));
  trees.forEach((files, index) => {
    say(`commit refs/heads/tree-${index}\ncommitter t <t@example.com> 0 +0000\ndata 1\nx\n`);
    const all = [...[...files].map(([path, text]) => ["100644", path, text] as const), ...others];
    for (const [mode, path, content] of all) {
      const bytes = Buffer.from(content as string);
      say(`M ${mode} inline ${JSON.stringify(path)}\ndata ${bytes.length}\n`);
      parts.push(bytes, Buffer.from("\n"));
    }
    say(`M 160000 ${"a".repeat(40)} submodule.yaml\n`);
  });
  execFileSync("git", ["fast-import", "--quiet"], { cwd: folder, input: Buffer.concat(parts) });
  return trees.map((_, index) => git(folder, "rev-parse", `tree-${index}`));
}

test("GIVEN generated trees with links, submodules and odd names WHEN served THEN nothing fails but what the user can correct", async () => {
  const folder = testFolder();
  const dir = join(folder, "clone");
  makeRepository(dir, {});
  const commits = imported(dir, fc.sample(tree, { numRuns: 2 * PAIRS, seed: 17 }));
  const clone = await openClone(dir);
  if (!clone) throw new Error("it is not a clone");
  for (let index = 0; index < commits.length; index += 2) {
    const [base = "", head = ""] = commits.slice(index, index + 2);
    try {
      const served = await serveTree(folder, "t0", { clone, base, head, as: ["a/b"] }, undefined);
      const { scanned } = served;
      const found = clustersOf({ documents: scanned.base, files: served.base.files, branch: "main" });
      for (const root of [found[0] ?? pathRoot(".", "main", undefined)]) {
        const routes = routing([scanned], root);
        const all = followingsOf(scanned, routes, gitRepositories([scanned], root), root);
        const refs = await resolveFollowed(served, all, "main");
        await setRefs(
          served.gitDir,
          new Map(refs.flatMap(({ ref, head: at }) => (ref && at ? [[ref, at.commit]] : []))),
        );
      }
      const changed = git(served.gitDir, "diff", "--name-only", served.base.commit, served.head.commit);
      expect(changed === "", `${base} ${head}`).toBe(git(dir, "diff", "--name-only", base, head) === "");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
}, 240_000);
