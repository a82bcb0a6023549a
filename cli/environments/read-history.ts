import { nearest } from "@timonier/kit/nearest";
import { UserError } from "@timonier/kit/user-error";
import { type ProgramRecord, parseProgramRecord } from "@timonier/manifests/program-record";
import { environmentFolder } from "../../apps/main.js";
import { applicationsFolder } from "../../constructs/application.js";
import { recordPath } from "../../infra/delivery/environment-record.js";
import { type ApplicationAt, applicationHistory, type BranchCommit, type HistoryEntry } from "./application-history.js";
import { BranchLog } from "./branch-log.js";

/** Which history is read. */
export interface HistoryQuery {
  /** Name of the application. */
  readonly application: string;
  /** Environments; undefined: the folders of stacks that belong to none. */
  readonly environments: ReadonlyArray<string | undefined>;
  /** Folders of the applications of this checkout, by name. The records may name others. */
  readonly folders: ReadonlyMap<string, string>;
  /** Web address of the GitLab instance. */
  readonly gitlabUrl: string;
}

/**
 * Reads what ran where from a clone of the application repository, newest first.
 *
 * @throws UserError for an application that neither this checkout nor any record has
 */
export async function readHistory(clone: string, query: HistoryQuery): Promise<HistoryEntry[]> {
  const { application, environments, folders, gitlabUrl } = query;
  const log = new BranchLog(clone);
  const ownFolder = folders.get(application) ?? `${applicationsFolder}/${application}`;
  const tops = environments.map((one) => (one === undefined ? ownFolder : environmentFolder(one)));
  const commits = await log.commits(tops);
  const known = new Set(folders.keys());
  const entries: HistoryEntry[] = [];
  for (const environment of environments) {
    const records = environment === undefined ? new Map() : await recordsOf(log, commits, environment);
    for (const record of records.values()) for (const name of record.keys()) known.add(name);
    const states = await statesOf(log, commits, { environment, application, ownFolder, records });
    entries.push(...applicationHistory(states, { environment, gitlabUrl }));
  }
  if (entries.length === 0 && !known.has(application)) throw unknown(application, [...known]);
  const order = new Map(commits.map(({ sha }, index) => [sha, index]));
  return entries.sort((one, other) => (order.get(other.revision) ?? 0) - (order.get(one.revision) ?? 0));
}

/** Records of an environment by commit. */
async function recordsOf(
  log: BranchLog,
  commits: readonly BranchCommit[],
  environment: string,
): Promise<ReadonlyMap<string, ProgramRecord>> {
  const path = recordPath(environment);
  const ids = await log.ids(commits.map(({ sha }) => `${sha}:${path}`));
  const texts = await log.texts(ids.flatMap((id) => id ?? []));
  const parsed = new Map([...texts].map(([id, text]) => [id, readable(text, path)]));
  return new Map(
    commits.flatMap(({ sha }, index): Array<[string, ProgramRecord]> => {
      const record = parsed.get(ids[index] ?? "");
      return record ? [[sha, record]] : [];
    }),
  );
}

/** A record that somebody broke hides only what it would have said. */
function readable(text: string, path: string): ProgramRecord {
  try {
    return parseProgramRecord(text, path);
  } catch {
    return new Map();
  }
}

/** One environment's part of a query. */
interface StatesQuery {
  readonly environment: string | undefined;
  readonly application: string;
  /** Its folder where no record says another one. */
  readonly ownFolder: string;
  readonly records: ReadonlyMap<string, ProgramRecord>;
}

async function statesOf(
  log: BranchLog,
  commits: readonly BranchCommit[],
  { environment, application, ownFolder, records }: StatesQuery,
): Promise<ApplicationAt[]> {
  const top = environment === undefined ? "" : `${environmentFolder(environment)}/`;
  const each = commits.map((commit) => ({ commit, record: records.get(commit.sha)?.get(application) }));
  const folder = await log.ids(each.map(({ commit, record }) => `${commit.sha}:${top}${record?.folder ?? ownFolder}`));
  const chart = await log.ids(commits.map(({ sha }) => `${sha}:${top}charts/${application}`));
  return each.map((one, index) => {
    const ids = [folder[index], chart[index]].filter((id) => id !== undefined);
    return { ...one, ...(ids.length > 0 && { files: ids.join(" ") }) };
  });
}

function unknown(application: string, known: readonly string[]): UserError {
  const near = nearest(application, known);
  return new UserError(
    `unknown application ${application}${near === undefined ? "" : `; did you mean ${near}?`}`,
    `history ${application}`,
    `use one of ${known.toSorted().join(", ")}`,
    { code: "TIM-871" },
  );
}
