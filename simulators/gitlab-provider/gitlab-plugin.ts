import { readFileSync } from "node:fs";
import type { PackageSchema } from "@pulumi/gitlab/schema";
import type { Plugin, ResourceKind } from "@timonier/provider-host/plugin";
import { functionsOf } from "./functions.js";
import { checkSettings, configure, type PluginConfig } from "./provider-config.js";
import { kindOf } from "./resource-kind.js";
import type { Table } from "./resource-table.js";
import { groups } from "./tables/group.js";
import { projects } from "./tables/project.js";
import { settings } from "./tables/project-settings.js";
import { repository } from "./tables/repository.js";
import { tokens } from "./tables/tokens.js";

/** Every table, by token. */
export const tables: Readonly<Record<string, Table>> = {
  ...projects,
  ...groups,
  ...repository,
  ...settings,
  ...tokens,
};

/**
 * The plugin behind @pulumi/gitlab where the official one is not available: it has the same tokens,
 * properties and ids.
 */
export function gitlabPlugin(): Plugin<PluginConfig> {
  const file = new URL("../../sdks/gitlab/schema.json", import.meta.url);
  const schema = JSON.parse(readFileSync(file, "utf8")) as PackageSchema;
  const resources: Record<string, ResourceKind<PluginConfig>> = {};
  for (const [token, table] of Object.entries(tables)) {
    const described = schema.resources[token];
    if (!described) throw new Error(`schema.json has no ${token}`);
    resources[token] = kindOf({ schema: described, table, types: schema.types });
  }
  return {
    name: "gitlab",
    version: schema.version,
    checkConfig: checkSettings,
    configure,
    resources,
    functions: functionsOf(schema),
  };
}
