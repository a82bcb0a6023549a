import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { names } from "./names.js";

/** What the pipelines of one repository get. */
export interface CiArgs {
  readonly project: pulumi.Input<string>;
  /** A token for notes on merge requests. undefined: none. */
  readonly token: pulumi.Output<string> | undefined;
  /** PEM of the authority that signed GitLab's certificate. undefined: the system's own. */
  readonly caBundle: string | undefined;
}

/**
 * Variables of a repository's pipelines: TIMONIER_NOTE_TOKEN, masked, and TIMONIER_CA_FILE, the path of a file.
 *
 * Not protected: the pipelines of merge requests are those that write notes.
 *
 * @see https://docs.gitlab.com/ci/variables/
 */
export function ciVariables(name: string, args: CiArgs, child: pulumi.CustomResourceOptions): void {
  const { project, token, caBundle } = args;
  if (token) {
    new gitlab.ProjectVariable(
      `${name}-note-token`,
      { project, key: names.noteVariable, value: pulumi.secret(token), masked: true, protected: false, raw: true },
      child,
    );
  }
  if (caBundle) {
    new gitlab.ProjectVariable(
      `${name}-ca`,
      { project, key: names.caVariable, value: caBundle, variableType: "file", protected: false, raw: true },
      child,
    );
  }
}
