import type { GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import { type Deployment, knownIds, type StateResource } from "../stack/deployment.js";

/** What GitLab lists, as far as it is read here. */
type Listed = Readonly<Record<string, unknown>>;

/** Things of a project that a killed run may have made without recording it, and that are best made anew. */
interface Kind {
  /** In a sentence: `deploy token`. */
  readonly noun: string;
  /** Below `projects/:id/`. */
  readonly collection: string;
  /** Its name, from what was asked for and from what is listed alike. */
  readonly name: (object: Listed) => unknown;
  /** Last part of its address, and of the id in the state. */
  readonly key: (listed: Listed) => string;
  /** Query that tells it from others with the same address. */
  readonly query?: (listed: Listed) => string;
  /** Rest of the id in the state. */
  readonly idEnd?: (listed: Listed) => string;
}

const byNumber = ({ id }: Listed) => String(id);

const kinds: ReadonlyMap<string, Kind> = new Map([
  [
    "gitlab:index/projectDeployToken:ProjectDeployToken",
    { noun: "deploy token", collection: "deploy_tokens", name: ({ name }) => name, key: byNumber },
  ],
  [
    "gitlab:index/projectAccessToken:ProjectAccessToken",
    { noun: "access token", collection: "access_tokens", name: ({ name }) => name, key: byNumber },
  ],
  [
    "gitlab:index/projectHook:ProjectHook",
    { noun: "webhook", collection: "hooks", name: ({ url }) => url, key: byNumber },
  ],
  [
    "gitlab:index/projectVariable:ProjectVariable",
    {
      noun: "variable",
      collection: "variables",
      name: ({ key }) => key,
      key: ({ key }) => String(key),
      query: ({ environment_scope: scope }) => `filter[environment_scope]=${encodeURIComponent(String(scope))}`,
      idEnd: ({ environment_scope: scope }) => `:${String(scope)}`,
    },
  ],
]);

/**
 * Deletes what a creation in doubt may have made: a token is told once, so one that the state does not know is of no use
 * to anybody but a thief; a variable would be in its successor's way. What the state knows stays.
 *
 * @returns what was deleted, in words
 */
export async function deleteUnrecorded(
  client: GitLab,
  deployment: Deployment,
  { type, inputs = {} }: StateResource,
): Promise<string[]> {
  const kind = kinds.get(type);
  const { project } = inputs;
  if (!kind || typeof project !== "string") return [];
  const known = knownIds(deployment, type);
  const collection = `projects/${encodeURIComponent(project)}/${kind.collection}`;
  const unrecorded = (await list(client, collection)).filter(
    (one) =>
      kind.name(one) === kind.name(inputs) &&
      one.revoked !== true &&
      !known.has(`${project}:${kind.key(one)}${kind.idEnd?.(one) ?? ""}`),
  );
  for (const one of unrecorded) {
    const query = kind.query ? `?${kind.query(one)}` : "";
    await client.requester.delete(`${collection}/${encodeURIComponent(kind.key(one))}${query}`);
  }
  return unrecorded.map((one) => `${kind.noun} ${String(kind.name(one))} of project ${project}`);
}

/** Every page of a list; none of a project that is gone. */
async function list(client: GitLab, path: string): Promise<Listed[]> {
  const found: Listed[] = [];
  for (let page = "1"; page !== ""; ) {
    try {
      const answer = await client.requester.get<Record<string, unknown>>(`${path}?per_page=100&page=${page}`);
      found.push(...(answer.body as unknown as Listed[]));
      page = answer.headers["x-next-page"] ?? "";
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  }
  return found;
}
