import { UserError } from "@timonier/kit/user-error";
import type { Report } from "@timonier/report/model";
import { stopRehearsal } from "../engine/lifetime.js";
import { rehearsalLayout, rehearsalRoot } from "../engine/rehearsal-layout.js";
import type { RehearseOptions } from "./options.js";
import { type RehearsalSurroundings, withRehearsal } from "./with-rehearsal.js";

/** Rehearses the change in the clone of the working directory. */
export function rehearseClone(options: RehearseOptions, surroundings: RehearsalSurroundings): Promise<Report> {
  const { source, timeout, assume, ...rest } = options;
  const sources = Object.fromEntries(source.map(sourceOf));
  return withRehearsal(surroundings, (run) =>
    run({ ...rest, assume, cwd: process.cwd(), sources, ...milliseconds(timeout) }),
  );
}

/** Stops this user's rehearsal cluster, and deletes everything that it stored. */
export async function stopRehearsalCluster(): Promise<void> {
  await stopRehearsal(rehearsalLayout(rehearsalRoot(process.env)));
}

/** The option `--timeout` as a part of a request. @param seconds @default the request's own limit */
export function milliseconds(seconds: number | undefined): { readonly timeout?: number } {
  return seconds === undefined ? {} : { timeout: seconds * 1000 };
}

function sourceOf(text: string): [string, string] {
  const [, source, spec] = /^([^=/]+\/[^=/]+)=(.+)$/.exec(text) ?? [];
  if (source && spec) return [source, spec];
  throw new UserError(
    `"${text}" is not a source and a path`,
    "--source",
    "write --source NAMESPACE/NAME=PATH: a clone (DIR or DIR@REF), charts, an OCI image layout or an artifact's content",
    { code: "TIM-601" },
  );
}
