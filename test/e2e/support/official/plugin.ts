import { readFileSync } from "node:fs";
import type { PackageSchema } from "@pulumi/gitlab/schema";
import type { Context, Plugin, Properties, ResourceKind } from "../../../../packages/provider-host/plugin.js";
import { gitlabPlugin } from "../../../../simulators/gitlab-provider/gitlab-plugin.js";
import type { PluginConfig } from "../../../../simulators/gitlab-provider/provider-config.js";
import { objectFaults } from "./schema-faults.js";

// What the official plugin refuses and our own one takes: inputs that are not in its schema, and
// roles of a protected branch in the other form than the edition of GitLab has. What it then does
// in GitLab is what our own plugin does.

const schema = JSON.parse(
  readFileSync(new URL("../../../../sdks/gitlab/schema.json", import.meta.url), "utf8"),
) as PackageSchema;

const protection = "gitlab:index/branchProtection:BranchProtection";
const forms = [
  ["allowedToPushes", "pushAccessLevel"],
  ["allowedToMerges", "mergeAccessLevel"],
] as const;

/** Lists of one role, as our own plugin takes them: the role alone. */
function single(inputs: Properties): Properties {
  const values = { ...inputs };
  for (const [list, role] of forms) {
    const entries = values[list];
    if (!Array.isArray(entries)) continue;
    delete values[list];
    values[role] = entries[0]?.accessLevel;
  }
  return values;
}

/** The roles in the form that the program used. */
function asGiven(values: Properties, inputs: Properties): Properties {
  const shown = { ...values };
  for (const [list, role] of forms) if (Array.isArray(inputs[list])) shown[list] = [{ accessLevel: shown[role] }];
  return shown;
}

async function formFaults(inputs: Properties, { config }: Context<PluginConfig>) {
  const { enterprise } = (await config.gitlab.Metadata.show()) as { enterprise?: boolean };
  const refused = forms.flatMap(([list, role]) => (enterprise ? [role] : [list]));
  const reason = enterprise ? "use the lists on an Enterprise Edition" : "feature unavailable on a Community Edition";
  return refused.filter((property) => inputs[property] !== undefined).map((property) => ({ property, reason }));
}

function strict(token: string, own: ResourceKind<PluginConfig>): ResourceKind<PluginConfig> {
  const described = schema.resources[token];
  if (!described) throw new Error(`schema.json has no ${token}`);
  const { inputs: known, required } = described;
  const isProtection = token === protection;
  const to = isProtection ? single : (values: Properties) => values;
  const back = isProtection ? asGiven : (values: Properties) => values;
  const olds = (old: { inputs: Properties; state: Properties }) => ({ inputs: to(old.inputs), state: to(old.state) });
  return {
    ...own,
    check: async (news, context, request) => {
      const checked = (await own.check?.(news, context, request)) ?? { inputs: news };
      const faults = objectFaults(schema.types, known, required, news);
      const others = isProtection ? await formFaults(news, context) : [];
      return { inputs: checked.inputs, failures: [...(checked.failures ?? []), ...faults, ...others] };
    },
    diff: async (id, old, news, context) => (await own.diff?.(id, olds(old), to(news), context)) ?? { changes: false },
    create: async (news, context) => {
      const { id, state } = await own.create(to(news), context);
      return { id, state: back(state, news) };
    },
    update: async (id, old, news, context) => {
      const made = await own.update?.(id, olds(old), to(news), context);
      return { state: back(made?.state ?? {}, news) };
    },
    read: async (id, state, inputs, context) => {
      const found = await own.read?.(id, to(state), to(inputs), context);
      return found && { id: found.id, state: back(found.state, inputs), inputs: back(found.inputs, inputs) };
    },
  };
}

/** Our own plugin, with what the official one refuses. */
export function officialPlugin(): Plugin<PluginConfig> {
  const own = gitlabPlugin();
  const strictly = Object.entries(own.resources).map(([token, kind]) => [token, strict(token, kind)] as const);
  return { ...own, resources: Object.fromEntries(strictly) };
}
