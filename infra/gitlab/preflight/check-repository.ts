import { accessLevels } from "@timonier/kit/access-levels";
import type { Finding } from "../../finding.js";
import type { DeletedFacts, Facts, ProjectFacts, RepositoryFacts, Wanted } from "./gitlab-facts.js";
import { roleName } from "./role-name.js";

/** What will become of a repository's path. */
export function checkRepository(subject: string, repository: RepositoryFacts, facts: Facts, wanted: Wanted): Finding {
  switch (repository.state) {
    case "group":
      return {
        subject,
        level: "fatal",
        message: "a group has this path",
        fix: "choose another name: pulumi config set setupRepository NAME, or applicationRepository",
      };
    case "free":
      return repository.deleted
        ? checkDeleted(subject, repository.deleted, facts, wanted)
        : { subject, level: "ok", message: "free, will be made" };
    case "project":
      return checkProject(subject, repository, facts, wanted);
  }
}

function checkDeleted(
  subject: string,
  deleted: DeletedFacts,
  { immediateDeletion }: Facts,
  { deletedProject }: Wanted,
): Finding {
  const state = `project ${deleted.id} of this name waits for its deletion since ${deleted.since}`;
  if (deletedProject === "restore") return { subject, level: "ok", message: `${state}, will be restored` };
  if (deletedProject === "purge" && immediateDeletion === false) {
    return {
      subject,
      level: "fatal",
      message: `${state}, and this GitLab does not delete at once`,
      fix: "pulumi config set deletedProject restore, or leave: a new one is made beside it",
    };
  }
  if (deletedProject === "purge") {
    return { subject, level: "warning", message: `${state}, will be removed for good, and a new one made` };
  }
  return {
    subject,
    level: deleted.holdsPath ? "fatal" : "warning",
    message: deleted.holdsPath
      ? `${state}, and holds the path until then`
      : `${state}; a new one will be made beside it`,
    fix: "to have it back: pulumi config set deletedProject restore; to be rid of it: purge",
  };
}

function checkProject(subject: string, project: ProjectFacts, { user }: Facts, { branch }: Wanted): Finding {
  if (project.archived) {
    return {
      subject,
      level: "fatal",
      message: "is archived: nothing can be changed in it",
      fix: "unarchive it under Settings > General > Advanced, or choose another name",
    };
  }
  if (project.level < accessLevels.maintainer) {
    return {
      subject,
      level: "fatal",
      message: `${user.username} is ${roleName(project.level)} of it; protection and tokens need ${roleName(accessLevels.maintainer)}`,
      fix: `give ${user.username} that role, or use another user's token`,
    };
  }
  if (!project.empty && !project.hasBranch) {
    return {
      subject,
      level: "fatal",
      message: `has commits and no branch ${branch}; its default branch is ${project.defaultBranch}`,
      fix: `pulumi config set branch ${project.defaultBranch}, or make the branch`,
    };
  }
  const whose = {
    this: "is there, made by this stack",
    another: "is there, ruled by another cluster's stack: shared with it",
    people: "is there: adopted, with its settings and files as they are",
  };
  return { subject, level: "ok", message: whose[project.owner] };
}
