import { createHash } from "node:crypto";
import { gitBytes } from "@timonier/kit/git";
import { createCommit, readFileAt } from "../commits.js";
import { diff } from "../git/diff.js";
import { entryAt, listTree, log, mergeBase, readBlob, readCommit, resolve } from "../git/queries.js";
import { codeOf, projectOf, userOf } from "../http/lookups.js";
import { type Answer, type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { codeRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { forbidden, notFound, problem } from "../model/problem.js";
import { commitView, diffView, projectUrl } from "../views/commit.js";

const reading = { scopes: ["api", "read_api", "read_repository"], open: true } as const;
const file = "/projects/:id/repository/files/:file_path";
const change = {
  start_branch: "string",
  author_name: "string",
  author_email: "string",
  encoding: ["text", "base64"],
  last_commit_id: "string",
  execute_filemode: "boolean",
} as const;

/** @see https://docs.gitlab.com/api/repository_files/ and https://docs.gitlab.com/api/repositories/ */
export const fileRoutes: readonly Route[] = [
  route("GET", file, { ...reading, needs: { ref: "string" } }, async (call, { ref }) => {
    const found = await readFile(call, ref);
    const headers = Object.fromEntries(
      Object.entries(found.about).map(([name, value]) => [
        `x-gitlab-${name.replaceAll("_", "-")}`,
        encodeURI(String(value)),
      ]),
    );
    return ok({ ...found.about, content: found.content.toString("base64") }, headers);
  }),
  route("GET", `${file}/raw`, { ...reading, may: { ref: "string" } }, async (call, { ref }) => {
    const found = await readFile(call, ref);
    return raw(found.content);
  }),
  route(
    "POST",
    file,
    { needs: { branch: "string", commit_message: "string", content: "content" }, may: change },
    (call, values) =>
      write(call, "create", values).then(() => created({ file_path: call.path.file_path, branch: values.branch })),
  ),
  route(
    "PUT",
    file,
    { needs: { branch: "string", commit_message: "string", content: "content" }, may: change },
    (call, values) =>
      write(call, "update", values).then(() => ok({ file_path: call.path.file_path, branch: values.branch })),
  ),
  route("DELETE", file, { needs: { branch: "string", commit_message: "string" }, may: change }, (call, values) =>
    write(call, "delete", values).then(noContent),
  ),
  codeRoute(
    "GET",
    "/projects/:id/repository/tree",
    { may: { path: "string", ref: "string", recursive: "boolean" }, open: true },
    async (call, project, values) => {
      const repository = repositoryOf(call.context, project);
      const commit = await resolve(repository, values.ref ?? project.defaultBranch);
      if (!commit) throw notFound("Tree");
      const path = (values.path ?? "").replace(/^\/+|\/+$/g, "");
      const entries = await listTree(repository, commit, path, values.recursive ?? false);
      if (!entries) throw notFound("invalid revision or path");
      const order = [...entries].sort((a, b) => rank(a.type) - rank(b.type));
      return page(call, values.recursive ? entries : order, ({ id, type, path: at, mode }) => ({
        id,
        name: at.split("/").at(-1),
        type,
        path: at,
        mode,
      }));
    },
  ),
  route("GET", "/projects/:id/repository/blobs/:sha", { open: true }, async (call) => {
    const content = await blob(call);
    return ok({ size: content.length, encoding: "base64", content: content.toString("base64"), sha: call.path.sha });
  }),
  route("GET", "/projects/:id/repository/blobs/:sha/raw", { open: true }, async (call) => raw(await blob(call))),
  codeRoute(
    "GET",
    "/projects/:id/repository/compare",
    { needs: { from: "string", to: "string" }, may: { straight: "boolean" }, open: true },
    async (call, project, values) => {
      const repository = repositoryOf(call.context, project);
      const [from, to] = await Promise.all([resolve(repository, values.from), resolve(repository, values.to)]);
      if (!from || !to) throw notFound("Ref");
      const base = values.straight ? from : ((await mergeBase(repository, from, to)) ?? from);
      const commits = await log(repository, [`${from}..${to}`], { args: ["--reverse"] });
      const head = await readCommit(repository, to);
      return ok({
        commit: head && commits.length > 0 ? commitView(call.context, project, head) : null,
        commits: commits.map((commit) => commitView(call.context, project, commit)),
        diffs: (await diff(repository, base, to)).map(diffView),
        compare_timeout: false,
        compare_same_ref: values.from === values.to,
        web_url: `${projectUrl(call.context, project)}/-/compare/${values.from}...${values.to}`,
      });
    },
  ),
  ...["archive", "archive.tar.gz", "archive.tar", "archive.zip"].map((name) =>
    codeRoute(
      "GET",
      `/projects/:id/repository/${name}`,
      { ...reading, may: { sha: "string", path: "string" } },
      async (call, project, values) => {
        const repository = repositoryOf(call.context, project);
        const commit = await resolve(repository, values.sha ?? project.defaultBranch);
        if (!commit) throw notFound("File");
        const suffix = name === "archive" ? "tar.gz" : name.slice("archive.".length);
        const prefix = `${project.path}-${values.sha ?? project.defaultBranch}-${commit}/`.replace(/\/(?=.*\/$)/g, "-");
        const path = values.path?.replace(/^\/+|\/+$/g, "");
        if (path && !(await entryAt(repository, commit, path))) throw notFound("File");
        const content = await gitBytes(repository, [
          "archive",
          `--format=${suffix}`,
          `--prefix=${prefix}`,
          commit,
          ...(path ? [`:(literal)${path}`] : []),
        ]);
        return {
          status: 200,
          body: content,
          headers: {
            "content-type": "application/octet-stream",
            "content-disposition": `attachment; filename="${prefix.slice(0, -1)}.${suffix}"`,
          },
        };
      },
    ),
  ),
];

const rank = (type: string) => (type === "tree" ? 0 : 1);

function raw(content: Buffer): Answer {
  return {
    status: 200,
    body: content,
    headers: { "content-type": content.includes(0) ? "application/octet-stream" : "text/plain; charset=utf-8" },
  };
}

async function blob(call: Call): Promise<Buffer> {
  const project = codeOf(call);
  const sha = call.path.sha ?? "";
  if (!/^[0-9a-f]{40}$/.test(sha)) throw notFound("Blob");
  return readBlob(repositoryOf(call.context, project), sha).catch(() => {
    throw notFound("Blob");
  });
}

async function readFile(call: Call, wanted: string | undefined) {
  const project = codeOf(call);
  const repository = repositoryOf(call.context, project);
  const ref = wanted ?? "HEAD";
  const commit = await resolve(repository, ref === "HEAD" ? project.defaultBranch : ref);
  if (!commit) throw notFound("Commit");
  const path = call.path.file_path ?? "";
  const found = await readFileAt(repository, commit, path);
  if (!found) throw notFound("File");
  const about = {
    file_name: path.split("/").at(-1),
    file_path: path,
    size: found.content.length,
    encoding: "base64",
    content_sha256: createHash("sha256").update(found.content).digest("hex"),
    ref,
    blob_id: found.blob,
    commit_id: commit,
    last_commit_id: found.lastCommit,
    execute_filemode: found.executable,
  };
  return { about, content: found.content };
}

interface FileValues {
  readonly branch: string;
  readonly commit_message: string;
  readonly content?: string;
  readonly start_branch?: string;
  readonly author_name?: string;
  readonly author_email?: string;
  readonly encoding?: string;
  readonly last_commit_id?: string;
  readonly execute_filemode?: boolean;
}

function write(call: Call, action: string, values: FileValues): Promise<string> {
  const project = projectOf(call, accessLevels.developer);
  if (project.archived) throw forbidden();
  const { content, encoding, last_commit_id, execute_filemode } = values;
  return createCommit(call.context, project, userOf(call), {
    branch: values.branch,
    startBranch: values.start_branch,
    message: values.commit_message,
    authorName: values.author_name,
    authorEmail: values.author_email,
    actions: [{ action, file_path: call.path.file_path ?? "", content, encoding, last_commit_id, execute_filemode }],
    refused: () => problem(400, "You are not allowed to push into this branch"),
  });
}
