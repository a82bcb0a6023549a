import { checkSettings } from "@timonier/kit/check-settings";
import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";
import { LOOPBACK } from "./cluster/cluster-kind.js";
import { type ClusterConfig, clusterKindNames, clusterKinds, clusterSettings, kindOf } from "./cluster/kinds.js";
import { embeddedTeam, repositoryConfig, repositorySettings, serverConfig, serverSettings } from "./gitlab/settings.js";
import { findSharedGitLab } from "./gitlab/shared-gitlab.js";
import { isStructured, oneOf } from "./setting-fields.js";
import { stackSettings } from "./settings.js";

const PROJECT = "timonier:";

/** Every setting of Pulumi.yaml, without the project's name. Each message says what is expected. */
export const settings = z.strictObject({
  cluster: oneOf(...clusterKindNames).describe(
    "Kind of cluster: embedded (this machine, no containers), existing (one that exists already, and stays), eks (AWS, with aws:region) or minikube.",
  ),
  ...stackSettings.shape,
  ...clusterSettings.shape,
  ...serverSettings.shape,
  ...repositorySettings.shape,
});

/** Settings whose values are lists or maps. */
const structured = Object.entries(settings.shape).flatMap(([key, field]) => (isStructured(field) ? [key] : []));

/**
 * Settings of a stack from Pulumi's flat configuration.
 *
 * @param raw `pulumi.runtime.allConfig()`: `timonier:cluster` → `embedded`
 * @param findShared finds the embedded GitLab of another stack
 * @throws UserError that lists every validation error at once
 */
export function parseConfig(raw: Readonly<Record<string, string>>, stack: string, findShared = findSharedGitLab) {
  const written = ownSettings(raw);
  const source = {
    where: `configuration of stack ${stack}`,
    fix: `pulumi config set -s ${stack} KEY VALUE, or rm; meanings and defaults are in Pulumi.yaml`,
  };
  const kind = clusterKindNames.find((name) => name === written.cluster);
  const values = checkSettings(settings, written, source, kind ? clusterKinds[kind].check(raw) : []);
  const cluster: ClusterConfig = clusterKinds[values.cluster].config(values, values.clusterName || stack, raw);
  const ownAddress = kindOf(cluster).hostAddress(cluster);
  const shared = values.gitlabStack === "" ? undefined : findShared(values.gitlabStack);
  const embedded = !shared && (values.gitlab === "embedded" || (values.gitlab === "auto" && ownAddress === LOOPBACK));
  if (shared && ownAddress !== LOOPBACK) throw unreachableLoopback("setting gitlabStack");
  const hostAddress = embedded ? hostAddressOf(ownAddress, values.gitlabAddress) : undefined;
  return {
    stack,
    cluster,
    gitlab: serverConfig(values, embedded, { shared, hostAddress }),
    ...repositoryConfig(values, embedded || shared !== undefined, shared && embeddedTeam),
    /** Name of the environment that the stack belongs to. @default none */
    environment: values.environment || undefined,
    /** Milliseconds that `up` waits for the delivery. */
    timeout: values.timeoutMinutes * 60_000,
  };
}

/** Every setting of a stack, checked. Descriptions and defaults: Pulumi.yaml. */
export type PlatformConfig = Readonly<ReturnType<typeof parseConfig>>;

/** Lists and maps that are written as comma-separated text: what to write instead, one line for each. */
export function formerSettings(raw: Readonly<Record<string, string>>): string[] {
  const written = ownSettings(raw);
  return structured.flatMap((key) => {
    const text = written[key];
    if (typeof text !== "string" || text === "") return [];
    const { data } = settings.shape[key as keyof typeof settings.shape].safeParse(text);
    return [`setting ${key}: comma-separated text is deprecated, write ${PROJECT}${key}: ${JSON.stringify(data)}`];
  });
}

/** The project's own settings by their short keys; lists and maps, which Pulumi passes as JSON, as values. */
function ownSettings(raw: Readonly<Record<string, string>>): Record<string, unknown> {
  const own = Object.entries(raw).filter(([key]) => key.startsWith(PROJECT));
  return Object.fromEntries(
    own.map(([key, text]) => {
      const name = key.slice(PROJECT.length);
      return [name, structured.includes(name) && /^[[{]/.test(text) ? parsed(text) : text];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Address at which the cluster's pods reach an embedded GitLab.
 *
 * @param known what is known of the kind of cluster
 * @param named setting gitlabAddress
 * @throws UserError for a cluster whose way to this machine is unknown
 */
function hostAddressOf(known: string | undefined, named: string): string | undefined {
  if (known === LOOPBACK) return undefined;
  const address = named || known;
  if (address !== undefined) return address;
  throw unreachableLoopback("setting gitlabAddress");
}

function unreachableLoopback(where: string): UserError {
  return new UserError(
    "pods of this cluster do not reach the embedded GitLab at 127.0.0.1",
    where,
    "name this machine's address in the cluster's network, or use a GitLab that the cluster reaches: setting gitlab remote",
    { code: "TIM-328" },
  );
}
