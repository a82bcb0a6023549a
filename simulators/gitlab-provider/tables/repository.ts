import { createHash } from "node:crypto";
import type { Properties } from "@timonier/provider-host/plugin";
import { createOnce } from "../create-once.js";
import type { Place, Step, Table } from "../resource-table.js";
import { type Api, fill, isRefusal } from "../rest-api.js";
import type { Json } from "../wire.js";
import { branchProtection } from "./branch-protection.js";

const branch: Table = {
  collection: "projects/{project}/repository/branches",
  item: "projects/{project}/repository/branches/{name}",
  id: ["project", "name"],
  names: { name: "branch" },
  local: ["keepOnDestroy"],
  writeOnly: ["ref"],
  replaceOn: ["ref"],
  identity: ["project", "name"],
  read: (answer) => ({
    name: answer.name,
    commits: [commitOf((answer.commit ?? {}) as Json)],
  }),
  remove: async (api, place, state) => {
    if (state.keepOnDestroy !== true) await api.delete(fill(branch.item, place));
  },
  lookup: { by: "place" },
};

function commitOf(commit: Json): Properties {
  const text = (name: string) => String(commit[name] ?? "");
  return {
    id: text("id"),
    shortId: text("short_id"),
    title: text("title"),
    message: text("message"),
    authorName: text("author_name"),
    authorEmail: text("author_email"),
    authoredDate: text("authored_date"),
    committerName: text("committer_name"),
    committerEmail: text("committer_email"),
    committedDate: text("committed_date"),
    parentIds: (commit.parent_ids as string[]) ?? [],
  };
}

const messages = ["createCommitMessage", "updateCommitMessage", "deleteCommitMessage"];

const repositoryFile: Table = {
  collection: "projects/{project}/repository/files/{filePath}",
  item: "projects/{project}/repository/files/{filePath}",
  id: ["project", "branch", "filePath"],
  local: [...messages, "overwriteOnCreate"],
  writeOnly: ["commitMessage", "authorEmail", "authorName", "startBranch", "encoding"],
  identity: ["project", "branch", "filePath"],
  write: (inputs, making) => ({
    ...(making && { commit_message: commitMessage(inputs, "createCommitMessage") }),
  }),
  read: (answer, known) => ({ content: contentOf(answer, known), branch: answer.ref }),
  fetch: fetchFile,
  create: async (step, body) => {
    const path = fill(repositoryFile.item, step.place);
    try {
      await createOnce(repositoryFile, step, body);
    } catch (error) {
      if (step.inputs.overwriteOnCreate !== true || !isRefusal(error, 400)) throw error;
      await step.api.put(path, body);
    }
    return written(step);
  },
  update: async (step, _body, changed) => {
    if (!changed.some((name) => ["content", "encoding", "executeFilemode"].includes(name))) return undefined;
    const { content, encoding, authorEmail, authorName, executeFilemode, branch } = step.inputs;
    const now = await fetchFile(step.api, step.place);
    await step.api.put(fill(repositoryFile.item, step.place), {
      branch,
      content,
      encoding,
      commit_message: commitMessage(step.inputs, "updateCommitMessage"),
      ...(authorEmail !== undefined && { author_email: authorEmail }),
      ...(authorName !== undefined && { author_name: authorName }),
      ...(executeFilemode !== undefined && { execute_filemode: executeFilemode }),
      // A later commit of another person must not be overwritten.
      ...(now && { last_commit_id: now.last_commit_id }),
    });
    return written(step);
  },
  remove: async (api, place, state) => {
    const commit_message = commitMessage(state, "deleteCommitMessage");
    await api.delete(fill(repositoryFile.item, place), {}, { branch: place.branch, commit_message });
  },
  lookup: { by: "place" },
};

function commitMessage(inputs: Properties, own: string): unknown {
  const verb = { createCommitMessage: "Add", updateCommitMessage: "Update", deleteCommitMessage: "Delete" }[own];
  return inputs[own] ?? inputs.commitMessage ?? `${verb} ${String(inputs.filePath)}`;
}

async function fetchFile(api: Api, place: Place): Promise<Json | undefined> {
  return api.find(fill(repositoryFile.item, place), { ref: place.branch });
}

async function written(step: Step): Promise<Json> {
  return (await fetchFile(step.api, step.place)) ?? {};
}

/** GitLab always returns base64: the content is converted to the program's encoding. */
function contentOf(answer: Json, known: Properties): string | undefined {
  if (typeof answer.content !== "string") return undefined;
  const bytes = Buffer.from(answer.content, "base64");
  if (known.encoding !== "base64") return bytes.toString("utf8");
  const asked = Buffer.from(String(known.content ?? ""), "base64");
  const same = createHash("sha256").update(asked).digest("hex") === createHash("sha256").update(bytes).digest("hex");
  return same ? String(known.content) : bytes.toString("base64");
}

const deployKey: Table = {
  collection: "projects/{project}/deploy_keys",
  item: "projects/{project}/deploy_keys/{objectId}",
  id: ["project", "objectId"],
  names: { deployKeyId: "id" },
  replaceOn: "*",
  identity: ["project", "key"],
  lookup: { by: "new", same: (answer, inputs) => answer.title === inputs.title },
};

/** Content of a repository, and its access rules. */
export const repository: Readonly<Record<string, Table>> = {
  "gitlab:index/repositoryFile:RepositoryFile": repositoryFile,
  "gitlab:index/branch:Branch": branch,
  "gitlab:index/branchProtection:BranchProtection": branchProtection,
  "gitlab:index/deployKey:DeployKey": deployKey,
};
