import { join } from "node:path";
import { expect, test } from "vitest";
import { comparedRepository } from "../../../../../packages/rehearsal/engine/compared-revisions.js";
import { openClone } from "../../../../../packages/rehearsal/engine/git-clone.js";
import { setRefs } from "../../../../../packages/rehearsal/engine/served-repository.js";
import { serveTree } from "../../../../../packages/rehearsal/engine/served-trees.js";
import { resolveFollowed } from "../../../../../packages/rehearsal/engine/tree-refs.js";
import { followings } from "../../../../../packages/rehearsal/model/follows.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { commit, encryptedSecret, git, makeRepository, testFolder } from "./support.js";

const source = (name: string, ref: object): KubeObject => ({
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "GitRepository",
  metadata: { namespace: "x", name },
  spec: { url: "https://git.example.com/group/fleet.git", ref },
});

const request = (cwd: string, more: object = {}) => ({ cwd, sources: {}, assume: [], ...more });

/** A clone with tags, another branch, and a change that is not merged. */
function makeHistory() {
  const folder = testFolder();
  const upstream = join(folder, "upstream");
  makeRepository(upstream, { "a.yaml": "a: 1\n" });
  git(upstream, "tag", "v1.0.0");
  const tagged = git(upstream, "rev-parse", "HEAD");
  git(upstream, "checkout", "-q", "-b", "dev-team");
  const other = commit(upstream, { "b.yaml": encryptedSecret("s", "v") });
  git(upstream, "checkout", "-q", "-b", "unknown");
  const unknown = commit(upstream, { "c.yaml": "c: 1\n" });
  git(upstream, "checkout", "-q", "main");
  const base = commit(upstream, { "a.yaml": "a: 2\n" });
  const clone = join(folder, "clone");
  git(folder, "clone", "-q", upstream, clone);
  git(clone, "update-ref", "-d", "refs/remotes/origin/unknown");
  git(clone, "checkout", "-q", "-b", "change");
  const head = commit(clone, { "a.yaml": "a: 3\n" });
  return { folder, upstream, clone, tagged, other, base, head, unknown };
}

async function served(history: ReturnType<typeof makeHistory>, sources: readonly KubeObject[], as: string[] = []) {
  const clone = await openClone(history.clone);
  if (!clone) throw new Error("it is not a clone");
  const repository = { clone, base: history.base, head: history.head, as };
  const tree = await serveTree(history.folder, "t0", repository, undefined);
  const found = await resolveFollowed(tree, followings(sources, new Set(as), "x/root"), "main");
  return { tree, found, byKey: Object.fromEntries(found.map((one) => [one.following.key, one])) };
}

test("GIVEN sources at another branch, a tag, a range and a commit WHEN resolved THEN only the target branch moves", async () => {
  const history = makeHistory();
  const { tree, found, byKey } = await served(history, [
    source("root", { branch: "main" }),
    source("team", { branch: "dev-team" }),
    source("tag", { tag: "v1.0.0" }),
    source("range", { semver: "1.x" }),
    source("commit", { commit: history.tagged }),
    source("missing", { branch: "unknown" }),
    source("odd", { branch: "HEAD~1" }),
    source("future", { semver: ">=2" }),
  ]);
  const { base, head, tagged, other } = history;
  const commits = (key: string) => [byKey[key]?.base?.commit, byKey[key]?.head?.commit];
  expect(commits("refs/heads/main")).toEqual([base, head]);
  expect(commits("refs/tags/v1.0.0")).toEqual([tagged, tagged]);
  expect(commits("semver 1.x")).toEqual([tagged, tagged]);
  expect(byKey["semver 1.x"]?.ref).toBe("refs/tags/v1.0.0");
  expect(commits(`commit ${tagged}`)).toEqual([tagged, tagged]);
  for (const key of ["refs/heads/unknown", "refs/heads/HEAD~1", "semver >=2"])
    expect(commits(key)).toEqual([undefined, undefined]);
  // The other branch has an encrypted file: what stands for it is served.
  const [team] = commits("refs/heads/dev-team");
  expect(team).not.toBe(other);
  expect(git(tree.gitDir, "show", `${team}:b.yaml`)).not.toContain("ENC[");

  const refs = found.flatMap((one) => (one.ref && one.head ? [[one.ref, one.head.commit] as const] : []));
  await setRefs(tree.gitDir, new Map([["refs/heads/gone", base]]));
  await setRefs(tree.gitDir, new Map(refs));
  const there = git(tree.gitDir, "for-each-ref", "--format=%(refname)").split("\n");
  expect(there).toEqual([`refs/heads/commit-${tagged}`, "refs/heads/dev-team", "refs/heads/main", "refs/tags/v1.0.0"]);
  expect(git(tree.gitDir, "rev-parse", "HEAD")).toBe(head);
});

test("GIVEN a source that the user names WHEN it follows a range THEN it moves with the change", async () => {
  const history = makeHistory();
  const sources = [source("root", { branch: "main" }), source("app", { semver: ">=3" })];
  const { byKey } = await served(history, sources, ["x/app"]);
  expect(byKey["semver >=3"]).toMatchObject({ ref: "refs/tags/3.0.0", head: { commit: history.head } });
});

test("GIVEN a base that is no branch WHEN the change is read THEN its target is the main branch", async () => {
  const { clone, base } = makeHistory();
  const compared = await comparedRepository(request(clone, { base: "HEAD~1" }), {});
  expect(compared).toMatchObject({ target: "main", base, revisions: { base: { ref: "HEAD~1" } } });
  for (const ref of [base, "origin/HEAD", "origin/main", "refs/heads/main", "main"])
    expect(await comparedRepository(request(clone, { base: ref }), {})).toMatchObject({ target: "main" });
});

test("GIVEN a base that has moved on WHEN the change is read THEN it is compared with where both parted", async () => {
  const { clone, base } = makeHistory();
  git(clone, "checkout", "-q", "main");
  commit(clone, { "later.yaml": "a: b\n" });
  git(clone, "checkout", "-q", "change");
  const compared = await comparedRepository(request(clone, { base: "main" }), {});
  expect(compared).toMatchObject({
    base,
    target: "main",
    revisions: { base: { ref: "main (merge base)", sha: base } },
  });
});
