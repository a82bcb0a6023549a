import { createHash } from "node:crypto";
import { collection, ofProject } from "../http/collection.js";
import { projectOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { projectRoute } from "../http/scoped-routes.js";
import { accessLevels } from "../model/access-level.js";
import { invalid, notFound } from "../model/problem.js";
import { nextId, removeWhere } from "../model/server-state.js";
import type { DeployKey } from "../model/types/accounts.js";

const base = "/projects/:id/deploy_keys";
const scope = "/projects/:id/job_token_scope";

const keys = collection<DeployKey>({
  path: base,
  part: "key_id",
  all: ({ deployKeys }) => deployKeys,
  owned: ofProject(({ deployKeys }) => deployKeys, accessLevels.maintainer),
  missing: "Deploy Key",
});

/**
 * Deploy keys and the scope of job tokens.
 *
 * @see https://docs.gitlab.com/api/deploy_keys/ and
 * https://docs.gitlab.com/api/project_job_token_scopes/
 */
export const keyRoutes: readonly Route[] = [
  keys.list(view),
  keys.show(view),
  projectRoute(
    "POST",
    base,
    {
      level: accessLevels.maintainer,
      needs: { title: "string", key: "string" },
      may: { can_push: "boolean", expires_at: "day" },
    },
    (call, project, values) => {
      const text = values.key.trim().split(/\s+/).slice(0, 2).join(" ");
      if (!/^(ssh-(rsa|ed25519)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/]{40,}=*$/.test(text))
        throw invalid({ key: ["is invalid"] });
      if (keys.owned(call, "read").some((each) => each.key.startsWith(text)))
        throw invalid({ fingerprint_sha256: ["has already been taken"] });
      const key: DeployKey = {
        id: nextId(call.state, "deployKey"),
        projectId: project.id,
        title: values.title,
        key: values.key.trim(),
        canPush: values.can_push ?? false,
        createdAt: call.now.toISOString(),
        expiresAt: values.expires_at ?? null,
      };
      call.state.deployKeys.push(key);
      return created(view(call, key));
    },
  ),
  route("PUT", keys.item, { may: { title: "string", can_push: "boolean" } }, (call, values) => {
    const key = keys.find(call, "write");
    Object.assign(key, { title: values.title ?? key.title, canPush: values.can_push ?? key.canPush });
    return ok(view(call, key));
  }),
  keys.remove(),
  projectRoute("GET", scope, { level: accessLevels.maintainer }, (_call, { settings }) =>
    ok({ inbound_enabled: settings.ci_inbound_job_token_scope_enabled ?? true, outbound_enabled: false }),
  ),
  route("PATCH", scope, { needs: { enabled: "boolean" } }, (call, { enabled }) => {
    projectOf(call, accessLevels.maintainer).settings.ci_inbound_job_token_scope_enabled = enabled;
    return noContent();
  }),
  ...(["allowlist", "groups_allowlist"] as const).flatMap((name) => {
    const target = name === "allowlist" ? "target_project_id" : "target_group_id";
    const ids = (call: Call): number[] => {
      const { settings } = projectOf(call, accessLevels.maintainer);
      settings[`job_token_${name}`] ??= [];
      return settings[`job_token_${name}`] as number[];
    };
    return [
      route("GET", `${scope}/${name}`, {}, (call) => page(call, ids(call), (id) => ({ id }))),
      route("POST", `${scope}/${name}`, { needs: { [target]: "integer" } }, (call, values) => {
        const list = ids(call);
        const id = Number((values as Record<string, unknown>)[target]);
        const known: readonly { id: number }[] = name === "allowlist" ? call.state.projects : call.state.groups;
        if (!known.some((each) => each.id === id)) throw notFound(name === "allowlist" ? "Project" : "Group");
        if (!list.includes(id)) list.push(id);
        return created({ source_project_id: projectOf(call).id, [target]: id });
      }),
      route("DELETE", `${scope}/${name}/:target_id`, {}, (call) => {
        if (removeWhere(ids(call), (id) => String(id) === call.path.target_id) === 0) throw notFound();
        return noContent();
      }),
    ];
  }),
];

function view(_call: Call, key: DeployKey): Record<string, unknown> {
  const material = Buffer.from(key.key.split(/\s+/)[1] ?? "", "base64");
  return {
    id: key.id,
    title: key.title,
    key: key.key,
    fingerprint: createHash("md5")
      .update(material)
      .digest("hex")
      .replace(/..(?=.)/g, "$&:"),
    fingerprint_sha256: `SHA256:${createHash("sha256").update(material).digest("base64").replace(/=+$/, "")}`,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    can_push: key.canPush,
  };
}
