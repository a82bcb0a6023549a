import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";

/** Name of the file in an environment's folder that says from which commit of the program it was synthesized. */
export const programRecordName = ".timonier-program.json";

/** From what the manifests of one application in one environment were synthesized. */
export interface ApplicationRecord {
  /** Commit of the program. @default the program was in no Git repository */
  readonly program?: string | undefined;
  /** The program had changes that were in no commit. @default it had none */
  readonly uncommitted?: true | undefined;
  /** SHA-256 of what that program synthesizes for the application, in all environments. */
  readonly synthesis: string;
  /** Folder of the application below that of the environment: `applications/shop`. */
  readonly folder: string;
  /** Name of its Kustomization. */
  readonly kustomization: string;
  /** Where it ran before. @default it was published, and not promoted */
  readonly promoted?: { readonly from: string; readonly revision: string } | undefined;
}

/** The applications of an environment, by their names. */
export type ProgramRecord = ReadonlyMap<string, ApplicationRecord>;

const schema = z.strictObject({
  version: z.literal(1),
  applications: z.record(
    z.string(),
    z.strictObject({
      program: z.string().optional(),
      uncommitted: z.literal(true).optional(),
      synthesis: z.string(),
      folder: z.string(),
      kustomization: z.string(),
      promoted: z.strictObject({ from: z.string(), revision: z.string() }).optional(),
    }),
  ),
});

/**
 * Reads a record.
 *
 * @param text undefined: there is no record, and so no application
 * @throws UserError when the text is no record
 */
export function parseProgramRecord(text: string | undefined, where: string): ProgramRecord {
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(schema.parse(JSON.parse(text)).applications));
  } catch (cause) {
    throw new UserError(
      "the record of the environment's program is invalid",
      where,
      "restore the file from Git's history, or delete it and publish again",
      { code: "TIM-719", cause },
    );
  }
}

/** The record as text, sorted by application, so that equal records have equal bytes. */
export function renderProgramRecord(record: ProgramRecord): string {
  const applications = Object.fromEntries([...record].sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify({ version: 1, applications }, undefined, 2)}\n`;
}

/**
 * The record of a new synthesis. An application that is synthesized as before keeps its entry, so
 * that a commit of the program that changes nothing for it proposes nothing.
 */
export function nextRecord(former: ProgramRecord, synthesized: ProgramRecord): ProgramRecord {
  const next = [...synthesized].map(([name, now]): [string, ApplicationRecord] => {
    const before = former.get(name);
    const same = before?.synthesis === now.synthesis && before.folder === now.folder;
    // Changes that were in no commit are in one now.
    const settled = before?.uncommitted === true && now.program !== undefined && now.uncommitted !== true;
    return [name, before && same && !settled ? before : now];
  });
  return new Map(next);
}
