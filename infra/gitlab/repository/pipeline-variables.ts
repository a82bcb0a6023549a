import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { ProgramConfig } from "../../config.js";
import { names } from "./names.js";
import type { Repository } from "./repository.js";

/** What the pipelines of one repository are told. */
export interface RehearsalArgs {
  /** Whose pipelines they are. */
  readonly of: Repository;
  /** Which of the two it is. */
  readonly role: "setup" | "application";
  /** The other one: what is applied is said in one, and what it is in the other. */
  readonly other: Repository;
  /** Folder below clusters/ in the setup repository. */
  readonly cluster: string;
  readonly program: ProgramConfig;
}

/**
 * Variables of a repository's pipelines: where they get this program, and how they read the other repository.
 *
 * None is protected: pipelines of merge requests are those that need them. The token reads one repository, nothing else.
 */
export function rehearsalVariables(name: string, { of, role, other, cluster, program }: RehearsalArgs): void {
  if (!of.rules) return;
  const plain: Readonly<Record<string, string | undefined>> = {
    [names.programVariable]: program.repository,
    [names.programRefVariable]: program.ref,
    [names.imageVariable]: program.image,
    [names.roleVariable]: role,
    [names.clusterVariable]: cluster,
    [names.otherVariable]: other.url,
  };
  const common = { project: of.projectId, protected: false, raw: true };
  for (const [key, value] of Object.entries(plain)) {
    if (value === undefined) continue;
    new gitlab.ProjectVariable(
      `${name}-${key.toLowerCase().replaceAll("_", "-")}`,
      { ...common, key, value },
      of.child,
    );
  }
  if (!other.pipelineToken) return;
  const token = pulumi.secret(other.pipelineToken);
  new gitlab.ProjectVariable(
    `${name}-other-token`,
    { ...common, key: names.otherTokenVariable, value: token, masked: true },
    of.child,
  );
}
