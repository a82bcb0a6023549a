import { BlockList, isIPv4 } from "node:net";
import { UserError } from "../../../core/user-error.js";
import {
  type DeletedFacts,
  type Facts,
  levels,
  type NamespaceFacts,
  type ProjectFacts,
  type RepositoryFacts,
  type Wanted,
} from "./facts.js";

/** One line of the list that `doctor` shows. */
export interface Finding {
  /** What was looked at: `token`, `namespace team/platform`. */
  readonly subject: string;
  readonly level: "ok" | "warning" | "fatal";
  /** What was found. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

const DAY = 86_400_000;

/** Days before its expiry from which an administrator's token is warned about. */
const SOON = 14;

/** What has to be so before anything is made, judged by what GitLab told: in the order in which it has to be mended. */
export function judge(facts: Facts, wanted: Wanted, now: number): Finding[] {
  const findings: readonly (Finding | undefined)[] = [
    checkToken(facts, now),
    checkScopes(facts),
    { subject: "GitLab", level: "ok", message: `${facts.url}, version ${facts.version}, ${facts.tier} tier` },
    checkWebhook(facts, wanted),
    checkNamespace(facts, wanted),
    ...(facts.namespace && facts.namespace.role === "itself" ? [checkVisibility(facts.namespace, wanted)] : []),
    ...[...facts.repositories].map(([path, repository]) =>
      checkRepository(`repository ${facts.namespacePath}/${path}`, repository, facts, wanted),
    ),
  ];
  return findings.filter((finding) => finding !== undefined);
}

/** @throws UserError the first finding that is fatal */
export function stopAtFatal(findings: readonly Finding[]): void {
  const fatal = findings.find(({ level }) => level === "fatal");
  if (fatal) throw new UserError(fatal.message, fatal.subject, fatal.fix ?? "npx timonier doctor");
}

function checkToken({ token, user }: Facts, now: number): Finding {
  const subject = "token";
  const whose = `"${token.name}" of ${user.username}`;
  if (token.expiresAt === undefined) {
    return { subject, level: "ok", message: `${whose}, never expires` };
  }
  const days = Math.floor((Date.parse(token.expiresAt) - now) / DAY);
  const message = `${whose} expires on ${token.expiresAt}, in ${days} ${days === 1 ? "day" : "days"}`;
  if (days >= SOON) return { subject, level: "ok", message };
  return {
    subject,
    level: "warning",
    message,
    fix: "make a new one in GitLab (User settings > Access tokens), and: pulumi config set --secret gitlab:token",
  };
}

function checkScopes({ token }: Facts): Finding {
  const subject = "token's scopes";
  if (token.scopes.includes("api")) return { subject, level: "ok", message: token.scopes.join(" ") };
  return {
    subject,
    level: "fatal",
    message: `the token has ${token.scopes.join(" ") || "no scope"}, and projects, protection and tokens need api`,
    fix: "make a token with the scope api in GitLab, and: pulumi config set --secret gitlab:token, or GITLAB_TOKEN",
  };
}

/** Names and addresses of private networks, which GitLab calls only where its administrator allows it. */
const privateHost = /^(localhost|.*\.(localhost|local|internal|svc)|\[(::1|f[cde].*)\])$/i;
const privateAddresses = new BlockList();
for (const [net, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["0.0.0.0", 8],
] as const) {
  privateAddresses.addSubnet(net, bits);
}

function checkWebhook({ localWebhooks, url }: Facts, { webhookUrl }: Wanted): Finding | undefined {
  if (webhookUrl === undefined) return undefined;
  const subject = "webhook's address";
  const { hostname, protocol } = new URL(webhookUrl);
  const local = privateHost.test(hostname) || (isIPv4(hostname) && privateAddresses.check(hostname));
  if (local && (localWebhooks === false || new URL(url).hostname === "gitlab.com")) {
    return {
      subject,
      level: "fatal",
      message: `${hostname} is in a private network, where this GitLab does not call`,
      fix: "its administrator allows it under Admin > Settings > Network > Outbound requests; or: pulumi config rm webhookUrl",
    };
  }
  if (local && localWebhooks === undefined) {
    return {
      subject,
      level: "warning",
      message: `${hostname} is in a private network; whether GitLab may call there is not for this token to know`,
      fix: "ask its administrator: Admin > Settings > Network > Outbound requests",
    };
  }
  if (protocol === "http:") {
    return {
      subject,
      level: "warning",
      message: `${webhookUrl} is not encrypted: its secret can be read on the way`,
      fix: "use https",
    };
  }
  return { subject, level: "ok", message: webhookUrl };
}

function checkNamespace({ namespace, namespacePath: path, user, url }: Facts, wanted: Wanted): Finding {
  const subject = `namespace ${path}`;
  if (!namespace && wanted.createNamespace && !path.includes("/")) return checkTopLevel(subject, user, url);
  if (!namespace) {
    return {
      subject,
      level: "fatal",
      message: "there is no such group or user, or the token's user is no member of it",
      fix: wanted.createNamespace
        ? "make the group above it in GitLab, or correct the setting namespace"
        : "correct the setting namespace, or have its last group made: pulumi config set createNamespace true",
    };
  }
  const needed = namespace.role === "parent" ? namespace.groupLevel : namespace.projectLevel;
  const what = namespace.role === "parent" ? "subgroups" : "projects";
  if (needed === undefined) {
    return {
      subject,
      level: "fatal",
      message: `nobody may make ${what} in ${namespace.path}`,
      fix: "allow it in the group's settings: Permissions and group features > Roles allowed to create projects",
    };
  }
  if (namespace.level < needed) {
    return {
      subject,
      level: "fatal",
      message: `${user.username} is ${roleName(namespace.level)} of ${namespace.path}; making ${what} there needs ${roleName(needed)}`,
      fix: `give ${user.username} that role, or use another user's token`,
    };
  }
  const message =
    namespace.role === "parent"
      ? `will be made in ${namespace.path}`
      : `${namespace.kind} where ${user.username} may make ${what}`;
  return { subject, level: "ok", message };
}

function checkTopLevel(subject: string, user: Facts["user"], url: string): Finding {
  if (new URL(url).hostname === "gitlab.com") {
    return {
      subject,
      level: "fatal",
      message: "gitlab.com makes top-level groups in its pages only",
      fix: "make it there once: https://gitlab.com/groups/new",
    };
  }
  if (user.mayCreateGroups || user.admin) return { subject, level: "ok", message: "will be made" };
  return {
    subject,
    level: "fatal",
    message: `${user.username} may not make top-level groups`,
    fix: "ask an administrator for it, or name a group that exists",
  };
}

/** GitLab refuses what is more visible than what it lies in. */
function checkVisibility(namespace: NamespaceFacts, { visibility }: Wanted): Finding | undefined {
  const order = ["private", "internal", "public"];
  if (order.indexOf(visibility) <= order.indexOf(namespace.visibility)) return undefined;
  return {
    subject: "visibility",
    level: "fatal",
    message: `repositories cannot be ${visibility} in a group that is ${namespace.visibility}`,
    fix: `pulumi config set visibility ${namespace.visibility}`,
  };
}

function checkRepository(subject: string, repository: RepositoryFacts, facts: Facts, wanted: Wanted): Finding {
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
        ? checkDeleted(subject, repository.deleted, wanted)
        : { subject, level: "ok", message: "free, will be made" };
    case "project":
      return checkProject(subject, repository, facts, wanted);
  }
}

function checkDeleted(subject: string, deleted: DeletedFacts, { deletedProject }: Wanted): Finding {
  const state = `project ${deleted.id} of this name waits for its deletion since ${deleted.since}`;
  if (deletedProject === "restore") return { subject, level: "ok", message: `${state}, will be restored` };
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
  if (project.level < levels.maintainer) {
    return {
      subject,
      level: "fatal",
      message: `${user.username} is ${roleName(project.level)} of it; protection and tokens need ${roleName(levels.maintainer)}`,
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

function roleName(level: number): string {
  const names = ["no member", "Guest", "Reporter", "Developer", "Maintainer", "Owner", "Administrator"];
  return names[Math.min(6, Math.floor(level / 10))] ?? "no member";
}
