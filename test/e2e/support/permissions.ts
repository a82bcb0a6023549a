import { join } from "node:path";
import type { JournalEntry } from "../../../simulators/gitlab/http/journal.js";

export const permissionsFile = join(import.meta.dirname, "../../../docs/permissions.md");

/** What one credential was used for. */
export interface Permissions {
  /** Calls that were answered. */
  readonly needed: readonly Call[];
  /** Calls that were refused every time, and done without. */
  readonly refused: readonly Call[];
  /** Calls with the clusters' deploy tokens. */
  readonly cluster: readonly Call[];
}

interface Call {
  readonly call: string;
  readonly scope: string;
  readonly role: string;
}

const roles = new Map([
  [0, "any"],
  [10, "Guest"],
  [20, "Reporter"],
  [30, "Developer"],
  [40, "Maintainer"],
  [50, "Owner"],
  [60, "Administrator"],
]);

/** What GitLab's journal saw of one user, and of deploy tokens. */
export function permissions(journal: string, user: string): Permissions {
  const entries = journal
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JournalEntry);
  const own = entries.filter((entry) => entry.user === user);
  const answered = callsOf(own.filter(({ status }) => status < 400));
  const names = new Set(answered.map(({ call }) => call));
  return {
    needed: answered,
    refused: callsOf(own.filter(({ status }) => status === 403)).filter(({ call }) => !names.has(call)),
    cluster: callsOf(entries.filter((entry) => entry.user?.startsWith("gitlab+deploy-token") && entry.status < 400)),
  };
}

/** Each call once, with the highest role that it asked for. */
function callsOf(entries: readonly JournalEntry[]): Call[] {
  const highest = new Map<string, JournalEntry>();
  for (const entry of entries) {
    const call = `${entry.method} ${entry.route}`;
    if ((highest.get(call)?.role ?? -1) < entry.role) highest.set(call, entry);
  }
  return [...highest]
    .map(([call, { scopes, role }]) => ({ call, scope: narrowest(scopes), role: roles.get(role) ?? String(role) }))
    .sort((one, other) =>
      one.call.replace(/^\S+ /, "") + one.call < other.call.replace(/^\S+ /, "") + other.call ? -1 : 1,
    );
}

function narrowest(scopes: readonly string[]): string {
  return (
    ["read_repository", "read_user", "read_api", "api"].find((scope) => scopes.includes(scope)) ?? scopes.join(" ")
  );
}

/** The page. */
export function renderPermissions({ needed, refused, cluster }: Permissions): string {
  return `# What timonier needs of GitLab

A test writes this page from the journal of the embedded GitLab, which requires the scopes and roles that GitLab documents. The
journal has the API calls of one run of every command (\`up\`, \`status\`, \`publish\`, \`rotate\`, the replacement of a revoked token, \`down\`
with protection lifted), with a licence, a group that the program creates, and a token for pipelines. The test fails when the
program needs more than this page says, or less. Roles are those of GitLab's pages; Owner is needed to create the group and to
delete what the stack created. Without a licence a branch's protection is not changed in place but replaced, which also needs
\`DELETE /projects/:id/protected_branches/:name\` and \`POST /projects/:id/protected_branches\` (api, Maintainer).

## The program's token

Scope \`api\`: no narrower scope may create projects.

${tableOf(needed)}

Optional calls, whose refusal the program accepts:

${tableOf(refused)}

## The cluster's tokens

Deploy tokens, one for each repository and cluster, scope \`read_repository\`: no API, no other project, no push.

${tableOf(cluster)}
`;
}

function tableOf(calls: readonly Call[]): string {
  return ["| call | narrowest scope | role |", "|---|---|---|"]
    .concat(calls.map(({ call, scope, role }) => `| \`${call}\` | ${scope} | ${role} |`))
    .join("\n");
}
