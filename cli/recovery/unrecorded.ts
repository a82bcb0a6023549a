import type { GitLab } from "@timonier/kit/gitlab-client";
import { isGone } from "@timonier/kit/gitlab-error";
import { type Deployment, knownIds, type StateResource } from "../stack/deployment.js";

/** An object in a list of GitLab. */
type Listed = Readonly<Record<string, unknown>>;

/**
 * Kind of a project's object that a killed run may have created without recording it, and that can
 * be created again.
 */
interface Kind {
  /** Name in messages: `deploy token`. */
  readonly noun: string;
  /** Path below `projects/:id/`. */
  readonly collection: string;
  /** Its name, both in inputs of a resource and in a list of GitLab. */
  readonly name: (object: Listed) => unknown;
  /** Last part of its URL, and of its id in the state. */
  readonly key: (listed: Listed) => string;
  /** Query that selects it among objects with the same URL. */
  readonly query?: (listed: Listed) => string;
  /** Suffix of its id in the state. */
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
 * Deletes the objects that a pending creation may have made. GitLab shows a token only once, so an
 * unrecorded token is useless, and a variable would prevent the creation of one with the same name.
 * Objects in the state stay.
 *
 * @returns descriptions of the deleted objects
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

/** All pages of a list; empty where the project does not exist any more. */
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
