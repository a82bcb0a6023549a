import { git } from "@timonier/kit/git";
import { resolve } from "../git/queries.js";
import { codeOf } from "../http/lookups.js";
import { repositoryOf } from "../http/server-context.js";
import { notFound } from "../model/problem.js";
import type { Project } from "../model/types/projects.js";

import { type Links, splitRef } from "./page-address.js";
import type { Visit } from "./visit.js";

/** A place in a project's history: `REF/PATH` of an address. */
export interface CodePlace {
  readonly project: Project;
  readonly ref: string;
  readonly path: string;
  readonly commit: string;
}

/** What the address names. @throws Problem 404 for an unknown or hidden place */
export async function codeAt(visit: Visit): Promise<CodePlace> {
  const project = codeOf(visit.call);
  const repository = repositoryOf(visit.call.context, project);
  const names = await git(repository, ["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/tags"]);
  const { ref, path } = splitRef(visit.call.path["*"] ?? "", names.split("\n").filter(Boolean));
  const commit = await resolve(repository, ref === "HEAD" ? project.defaultBranch : ref);
  if (!commit) throw notFound("Tree");
  return { project, ref, path, commit };
}

/** Links to each folder above a file. */
export function PathCrumbs(props: { project: Project; to: Links; at: string; path: string }) {
  const { project, to, at, path } = props;
  const parts = path === "" ? [] : path.split("/");
  return (
    <nav class="path" aria-label="Path">
      <span class="ref" title="Branch, tag or commit">
        {/^[0-9a-f]{40}$/.test(at) ? at.slice(0, 8) : at}
      </span>{" "}
      <a href={to.tree(at)}>{project.path}</a>
      {parts.map((part, index) => {
        const here = parts.slice(0, index + 1).join("/");
        return (
          <span key={here}>
            {" / "}
            {index === parts.length - 1 ? <strong>{part}</strong> : <a href={to.tree(at, here)}>{part}</a>}
          </span>
        );
      })}
    </nav>
  );
}
