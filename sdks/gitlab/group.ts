// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input.js";
import type * as outputs from "./types/output.js";
import { hasType, options, properties, type Shape } from "./utilities.js";

const shape: Shape = {
  inputs: [
    "allowMergeOnSkippedPipeline",
    "allowedEmailDomainsLists",
    "archiveOnDestroy",
    "autoDevopsEnabled",
    "avatar",
    "avatarHash",
    "defaultBranch",
    "defaultBranchProtection",
    "defaultBranchProtectionDefaults",
    "description",
    "emailsEnabled",
    "extraSharedRunnersMinutesLimit",
    "ipRestrictionRanges",
    "lfsEnabled",
    "maxArtifactsSize",
    "membershipLock",
    "mentionsDisabled",
    "name",
    "onlyAllowMergeIfAllDiscussionsAreResolved",
    "onlyAllowMergeIfPipelineSucceeds",
    "parentId",
    "path",
    "permanentlyRemoveOnDelete",
    "preventForkingOutsideGroup",
    "preventSharingGroupsOutsideHierarchy",
    "projectCreationLevel",
    "pushRules",
    "requestAccessEnabled",
    "requireTwoFactorAuthentication",
    "shareWithGroupLock",
    "sharedRunnersMinutesLimit",
    "sharedRunnersSetting",
    "subgroupCreationLevel",
    "twoFactorGracePeriod",
    "visibilityLevel",
    "wikiAccessLevel",
  ],
  outputs: ["avatarUrl", "fullName", "fullPath", "runnersToken", "webUrl"],
  required: ["path"],
  secretInputs: [],
  secretOutputs: ["runnersToken"],
};

export class Group extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: GroupState,
    opts?: pulumi.CustomResourceOptions,
  ): Group {
    return new Group(name, state as unknown as GroupArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "gitlab:index/group:Group";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is Group {
    return hasType(obj, Group.__pulumiType);
  }

  declare readonly allowMergeOnSkippedPipeline: pulumi.Output<boolean>;
  declare readonly allowedEmailDomainsLists: pulumi.Output<string[]>;
  declare readonly archiveOnDestroy: pulumi.Output<boolean | undefined>;
  declare readonly autoDevopsEnabled: pulumi.Output<boolean>;
  declare readonly avatar: pulumi.Output<string | undefined>;
  declare readonly avatarHash: pulumi.Output<string>;
  declare readonly avatarUrl: pulumi.Output<string>;
  declare readonly defaultBranch: pulumi.Output<string | undefined>;
  /** @deprecated as in the official provider */
  declare readonly defaultBranchProtection: pulumi.Output<number>;
  declare readonly defaultBranchProtectionDefaults: pulumi.Output<outputs.GroupDefaultBranchProtectionDefaults>;
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly emailsEnabled: pulumi.Output<boolean>;
  declare readonly extraSharedRunnersMinutesLimit: pulumi.Output<number>;
  declare readonly fullName: pulumi.Output<string>;
  declare readonly fullPath: pulumi.Output<string>;
  declare readonly ipRestrictionRanges: pulumi.Output<string[] | undefined>;
  declare readonly lfsEnabled: pulumi.Output<boolean>;
  declare readonly maxArtifactsSize: pulumi.Output<number>;
  declare readonly membershipLock: pulumi.Output<boolean>;
  declare readonly mentionsDisabled: pulumi.Output<boolean>;
  declare readonly name: pulumi.Output<string>;
  declare readonly onlyAllowMergeIfAllDiscussionsAreResolved: pulumi.Output<boolean>;
  declare readonly onlyAllowMergeIfPipelineSucceeds: pulumi.Output<boolean>;
  declare readonly parentId: pulumi.Output<number>;
  declare readonly path: pulumi.Output<string>;
  declare readonly permanentlyRemoveOnDelete: pulumi.Output<boolean | undefined>;
  declare readonly preventForkingOutsideGroup: pulumi.Output<boolean>;
  declare readonly preventSharingGroupsOutsideHierarchy: pulumi.Output<boolean>;
  declare readonly projectCreationLevel: pulumi.Output<string>;
  declare readonly pushRules: pulumi.Output<outputs.GroupPushRules>;
  declare readonly requestAccessEnabled: pulumi.Output<boolean>;
  declare readonly requireTwoFactorAuthentication: pulumi.Output<boolean>;
  declare readonly runnersToken: pulumi.Output<string>;
  declare readonly shareWithGroupLock: pulumi.Output<boolean>;
  declare readonly sharedRunnersMinutesLimit: pulumi.Output<number>;
  declare readonly sharedRunnersSetting: pulumi.Output<string>;
  declare readonly subgroupCreationLevel: pulumi.Output<string>;
  declare readonly twoFactorGracePeriod: pulumi.Output<number>;
  declare readonly visibilityLevel: pulumi.Output<string>;
  declare readonly webUrl: pulumi.Output<string>;
  declare readonly wikiAccessLevel: pulumi.Output<string>;

  constructor(name: string, args: GroupArgs, opts?: pulumi.CustomResourceOptions) {
    super(Group.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface GroupState extends Omit<GroupArgs, "path"> {
  avatarUrl?: pulumi.Input<string | undefined>;
  fullName?: pulumi.Input<string | undefined>;
  fullPath?: pulumi.Input<string | undefined>;
  path?: pulumi.Input<string | undefined>;
  runnersToken?: pulumi.Input<string | undefined>;
  webUrl?: pulumi.Input<string | undefined>;
}

/** What the resource is made of. */
export interface GroupArgs {
  allowMergeOnSkippedPipeline?: pulumi.Input<boolean | undefined>;
  allowedEmailDomainsLists?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  archiveOnDestroy?: pulumi.Input<boolean | undefined>;
  autoDevopsEnabled?: pulumi.Input<boolean | undefined>;
  avatar?: pulumi.Input<string | undefined>;
  avatarHash?: pulumi.Input<string | undefined>;
  defaultBranch?: pulumi.Input<string | undefined>;
  /** @deprecated as in the official provider */
  defaultBranchProtection?: pulumi.Input<number | undefined>;
  defaultBranchProtectionDefaults?: pulumi.Input<inputs.GroupDefaultBranchProtectionDefaults | undefined>;
  description?: pulumi.Input<string | undefined>;
  emailsEnabled?: pulumi.Input<boolean | undefined>;
  extraSharedRunnersMinutesLimit?: pulumi.Input<number | undefined>;
  ipRestrictionRanges?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  lfsEnabled?: pulumi.Input<boolean | undefined>;
  maxArtifactsSize?: pulumi.Input<number | undefined>;
  membershipLock?: pulumi.Input<boolean | undefined>;
  mentionsDisabled?: pulumi.Input<boolean | undefined>;
  name?: pulumi.Input<string | undefined>;
  onlyAllowMergeIfAllDiscussionsAreResolved?: pulumi.Input<boolean | undefined>;
  onlyAllowMergeIfPipelineSucceeds?: pulumi.Input<boolean | undefined>;
  parentId?: pulumi.Input<number | undefined>;
  path: pulumi.Input<string>;
  permanentlyRemoveOnDelete?: pulumi.Input<boolean | undefined>;
  preventForkingOutsideGroup?: pulumi.Input<boolean | undefined>;
  preventSharingGroupsOutsideHierarchy?: pulumi.Input<boolean | undefined>;
  projectCreationLevel?: pulumi.Input<string | undefined>;
  pushRules?: pulumi.Input<inputs.GroupPushRules | undefined>;
  requestAccessEnabled?: pulumi.Input<boolean | undefined>;
  requireTwoFactorAuthentication?: pulumi.Input<boolean | undefined>;
  shareWithGroupLock?: pulumi.Input<boolean | undefined>;
  sharedRunnersMinutesLimit?: pulumi.Input<number | undefined>;
  sharedRunnersSetting?: pulumi.Input<string | undefined>;
  subgroupCreationLevel?: pulumi.Input<string | undefined>;
  twoFactorGracePeriod?: pulumi.Input<number | undefined>;
  visibilityLevel?: pulumi.Input<string | undefined>;
  wikiAccessLevel?: pulumi.Input<string | undefined>;
}
