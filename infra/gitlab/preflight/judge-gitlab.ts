import type { Finding } from "../../finding.js";
import { checkRepository } from "./check-repository.js";
import { checkWebhook } from "./check-webhook.js";
import type { Facts, NamespaceFacts, Wanted } from "./gitlab-facts.js";
import { roleName } from "./role-name.js";

const DAY = 86_400_000;

/** Days before its expiry from which `doctor` warns about the administrator's token. */
const SOON = 14;

/**
 * Judges what GitLab reports before anything is created. The findings are in the order in which a
 * user fixes them.
 */
export function judge(facts: Facts, wanted: Wanted, now: number): Finding[] {
  const findings: readonly (Finding | undefined)[] = [
    checkToken(facts, now),
    checkScopes(facts),
    checkTier(facts),
    checkWebhook(facts, wanted),
    checkNamespace(facts, wanted),
    ...(facts.namespace && facts.namespace.role === "itself" ? [checkVisibility(facts.namespace, wanted)] : []),
    ...[...facts.repositories].map(([path, repository]) =>
      checkRepository(`repository ${facts.namespacePath}/${path}`, repository, facts, wanted),
    ),
  ];
  return findings.filter((finding) => finding !== undefined);
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
    fix: "create a new one in GitLab (User settings > Access tokens), and: pulumi config set --secret gitlab:token",
  };
}

function checkTier({ url, version, tier }: Facts): Finding {
  const subject = "GitLab";
  const message = `${url}, version ${version}`;
  if (tier === "unknown") {
    return {
      subject,
      level: "warning",
      message: `${message}; its licence is hidden from this token, so features of Premium are not used`,
      fix: "pulumi config set gitlabTier premium, or free; or use a token of an owner of the group",
    };
  }
  if (tier === "trial") {
    return {
      subject,
      level: "warning",
      message: `${message}; a trial allows one project access token, so none is created for pipelines or image updates`,
      fix: "set TIMONIER_NOTE_TOKEN of the repositories yourself, or buy the licence",
    };
  }
  return { subject, level: "ok", message: `${message}, ${tier} tier` };
}

function checkScopes({ token }: Facts): Finding {
  const subject = "token's scopes";
  if (token.scopes.includes("api")) return { subject, level: "ok", message: token.scopes.join(" ") };
  return {
    subject,
    level: "fatal",
    message: `the token has ${token.scopes.join(" ") || "no scope"}, and projects, protection and tokens need api`,
    fix: "create a token with the scope api in GitLab, and: pulumi config set --secret gitlab:token, or GITLAB_TOKEN",
  };
}

function checkNamespace({ namespace, namespacePath: path, user, url }: Facts, wanted: Wanted): Finding {
  const subject = `namespace ${path}`;
  if (!namespace && wanted.createNamespace && !path.includes("/")) return checkTopLevel(subject, user, url);
  if (!namespace) {
    return {
      subject,
      level: "fatal",
      message: "there is no such group or user, or the token's user is not a member of it",
      fix: wanted.createNamespace
        ? "create the parent group in GitLab, or correct the setting namespace"
        : "correct the setting namespace, or let the stack create its last group: pulumi config set createNamespace true",
    };
  }
  const needed = namespace.role === "parent" ? namespace.groupLevel : namespace.projectLevel;
  const what = namespace.role === "parent" ? "subgroups" : "projects";
  if (needed === undefined) {
    return {
      subject,
      level: "fatal",
      message: `no one may create ${what} in ${namespace.path}`,
      fix: "allow it in the group's settings: Permissions and group features > Roles allowed to create projects",
    };
  }
  if (namespace.level < needed) {
    return {
      subject,
      level: "fatal",
      message: `${user.username} is ${roleName(namespace.level)} of ${namespace.path}; creating ${what} there requires ${roleName(needed)}`,
      fix: `give ${user.username} that role, or use another user's token`,
    };
  }
  const message =
    namespace.role === "parent"
      ? `will be created in ${namespace.path}`
      : `${namespace.kind} where ${user.username} may create ${what}`;
  return { subject, level: "ok", message };
}

function checkTopLevel(subject: string, user: Facts["user"], url: string): Finding {
  if (new URL(url).hostname === "gitlab.com") {
    return {
      subject,
      level: "fatal",
      message: "gitlab.com creates top-level groups in its pages only",
      fix: "create it there once: https://gitlab.com/groups/new",
    };
  }
  if (user.mayCreateGroups || user.admin) return { subject, level: "ok", message: "will be created" };
  return {
    subject,
    level: "fatal",
    message: `${user.username} may not create top-level groups`,
    fix: "ask an administrator for the permission, or name an existing group",
  };
}

/** GitLab rejects a project that is more visible than its group. */
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
