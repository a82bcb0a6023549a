import type { GitLab } from "./gitlab-client.js";
import { isGone } from "./gitlab-error.js";

/**
 * Text of a file in a GitLab repository.
 *
 * @returns undefined where the file, or the branch, does not exist
 * @see https://docs.gitlab.com/api/repository_files/#retrieve-a-file-from-a-repository
 */
export async function fileAt(
  client: Pick<GitLab, "RepositoryFiles">,
  project: string,
  path: string,
  ref: string,
): Promise<string | undefined> {
  try {
    const { content } = await client.RepositoryFiles.show(project, path, ref);
    return Buffer.from(content, "base64").toString();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
