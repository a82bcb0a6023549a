import { accessLevels } from "@timonier/kit/access-levels";
import type { Finding } from "../../finding.js";
import type { DeletedFacts, Facts, ProjectFacts, RepositoryFacts, Wanted } from "./gitlab-facts.js";
import { roleName } from "./role-name.js";

/** Checks the path of a repository. */
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
        : { subject, level: "ok", message: "free, will be created" };
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
  const state = `project ${deleted.id} of this name is scheduled for deletion since ${deleted.since}`;
  if (deletedProject === "restore") return { subject, level: "ok", message: `${state}, will be restored` };
  if (deletedProject === "purge" && immediateDeletion === false) {
    return {
      subject,
      level: "fatal",
      message: `${state}, and this GitLab does not delete it at once`,
      fix: "pulumi config set deletedProject restore, or leave: a new one is created beside it",
    };
  }
  if (deletedProject === "purge") {
    return { subject, level: "warning", message: `${state}, will be deleted at once, and a new one created` };
  }
  return {
    subject,
    level: deleted.holdsPath ? "fatal" : "warning",
    message: deleted.holdsPath
      ? `${state}, and occupies the path until then`
      : `${state}; a new one will be created beside it`,
    fix: "pulumi config set deletedProject restore, or purge to delete it at once",
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
      message: `${user.username} is ${roleName(project.level)} of it; protection and tokens require ${roleName(accessLevels.maintainer)}`,
      fix: `give ${user.username} that role, or use another user's token`,
    };
  }
  if (!project.empty && !project.hasBranch) {
    return {
      subject,
      level: "fatal",
      message: `has commits but no branch ${branch}; its default branch is ${project.defaultBranch}`,
      fix: `pulumi config set branch ${project.defaultBranch}, or create the branch`,
    };
  }
  const whose = {
    this: "exists, created by this stack",
    another: "exists, managed by the stack of another cluster: shared with it",
    people: "exists: adopted with its settings and files as they are",
  };
  return { subject, level: "ok", message: whose[project.owner] };
}
