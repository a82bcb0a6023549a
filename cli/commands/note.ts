import { type Posted, postNote } from "@timonier/report/note/note";
import { exitCodes } from "../exit-codes.js";
import { connectMergeRequest, type MergeRequestOptions } from "../merge-request/connected-merge-request.js";
import { type ReportFiles, readReportFiles } from "../merge-request/report-files.js";

/** Options of `timonier note`. */
export interface NoteVerbOptions extends ReportFiles, MergeRequestOptions {
  readonly key?: string;
  readonly link?: string;
}

/**
 * `timonier note`: writes the report as the note of its merge request. Without a token it prints a
 * line and succeeds.
 */
export async function note(options: NoteVerbOptions): Promise<number> {
  const report = await readReportFiles(options);
  const connected = connectMergeRequest(options);
  if (!connected) {
    console.log("note: skipped, because there is no token (TIMONIER_NOTE_TOKEN); pipelines of forks have none");
    return exitCodes.done;
  }
  const { client, project, mergeRequest, headSha, pipeline } = connected;
  const posted = await postNote(client, {
    ...{ project, mergeRequest, headSha, report },
    ...(pipeline.mergedSha !== undefined && { mergedSha: pipeline.mergedSha }),
    ...(options.key !== undefined && { key: options.key }),
    ...(options.link !== undefined && { link: options.link }),
  });
  console.log(sentence(posted, project, mergeRequest));
  return exitCodes.done;
}

function sentence(posted: Posted, project: string, mergeRequest: number): string {
  const where = `${project}!${mergeRequest}`;
  if (posted.state === "outdated")
    return `note: nothing written on ${where}, because its head is ${posted.head} by now`;
  return `note: ${posted.state} on ${where} (note ${posted.id})`;
}
