import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { ProgramConfig } from "../settings.js";
import { variables } from "./variable-names.js";

// Pipelines of merge requests run on branches that are not protected, so none of these variables is
// protected.
// https://docs.gitlab.com/ci/variables/

/** What pipelines need to write notes on merge requests. */
export interface NoteVariablesArgs {
  /** Number of the project. */
  readonly project: pulumi.Input<string>;
  /** Token for the notes. @default no variable is set */
  readonly token: pulumi.Output<string> | undefined;
  /** PEM of the authority that signed GitLab's certificate. @default the system's authorities */
  readonly caBundle: string | undefined;
}

/** TIMONIER_NOTE_TOKEN, masked, and TIMONIER_CA_FILE, which GitLab hands to pipelines as a file. */
export function noteVariables(name: string, args: NoteVariablesArgs, opts: pulumi.CustomResourceOptions): void {
  const { project, token, caBundle } = args;
  const common = { project, protected: false, raw: true };
  if (token) {
    new gitlab.ProjectVariable(
      `${name}-note-token`,
      { ...common, key: variables.note, value: pulumi.secret(token), masked: true },
      opts,
    );
  }
  if (caBundle) {
    new gitlab.ProjectVariable(
      `${name}-ca`,
      { ...common, key: variables.ca, value: caBundle, variableType: "file" },
      opts,
    );
  }
}

/** A repository, as far as its pipelines are concerned. */
interface PipelineRepository {
  readonly url: string;
  readonly projectId: pulumi.Output<string>;
  readonly managed: boolean;
  readonly child: pulumi.CustomResourceOptions;
  readonly pipelineToken: pulumi.Output<string> | undefined;
}

/** What the pipelines of one repository need to rehearse a merge request. */
export interface RehearsalVariablesArgs {
  /** Repository whose pipelines get the variables. */
  readonly of: PipelineRepository;
  /** Which of the two it is. */
  readonly role: "setup" | "application";
  /** A rehearsal needs both repositories: one says what is applied, the other has the manifests. */
  readonly other: PipelineRepository;
  /** Folder below clusters/ in the setup repository. */
  readonly cluster: string;
  readonly program: ProgramConfig;
}

/** Where pipelines get this program, and how they read the other repository. */
export function rehearsalVariables(name: string, args: RehearsalVariablesArgs): void {
  const { of, role, other, cluster, program } = args;
  if (!of.managed) return;
  const plain: Readonly<Record<string, string | undefined>> = {
    [variables.program]: program.repository,
    [variables.programRef]: program.ref,
    [variables.image]: program.image,
    [variables.role]: role,
    [variables.cluster]: cluster,
    [variables.other]: other.url,
  };
  const common = { project: of.projectId, protected: false, raw: true };
  for (const [key, value] of Object.entries(plain)) {
    if (value === undefined) continue;
    const resource = `${name}-${key.toLowerCase().replaceAll("_", "-")}`;
    new gitlab.ProjectVariable(resource, { ...common, key, value }, of.child);
  }
  if (!other.pipelineToken) return;
  const token = pulumi.secret(other.pipelineToken);
  new gitlab.ProjectVariable(
    `${name}-other-token`,
    { ...common, key: variables.otherToken, value: token, masked: true },
    of.child,
  );
}
