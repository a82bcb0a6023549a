import type * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "../own-resource.js";
import type { ResourceArgs } from "../shape.js";
import { embeddedGitLabShape } from "./schema.js";

/** Which stack's GitLab, and who can reach it. */
export type EmbeddedGitLabArgs = ResourceArgs<typeof embeddedGitLabShape>;

/** The GitLab on this machine; the timonier plugin starts and ends it. */
export class EmbeddedGitLab extends OwnResource<typeof embeddedGitLabShape> {
  declare readonly url: pulumi.Output<string>;
  /** The administrator's token; secret. */
  declare readonly token: pulumi.Output<string>;
  /** Number of the group. */
  declare readonly group: pulumi.Output<number>;

  constructor(name: string, args: EmbeddedGitLabArgs, opts?: pulumi.CustomResourceOptions) {
    super(embeddedGitLabShape, name, args, opts);
  }
}
