// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { invokeOptions } from "./utilities.js";

export function getUser(args?: GetUserArgs, opts?: pulumi.InvokeOptions): Promise<GetUserResult> {
  return pulumi.runtime.invoke(
    "gitlab:index/getUser:getUser",
    {
      email: args?.email,
      emailExactMatch: args?.emailExactMatch,
      namespaceId: args?.namespaceId,
      userId: args?.userId,
      username: args?.username,
    },
    invokeOptions(opts),
  );
}

/** The same for arguments that may still be outputs. */
export function getUserOutput(
  args?: GetUserOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetUserResult> {
  return pulumi.runtime.invokeOutput(
    "gitlab:index/getUser:getUser",
    {
      email: args?.email,
      emailExactMatch: args?.emailExactMatch,
      namespaceId: args?.namespaceId,
      userId: args?.userId,
      username: args?.username,
    },
    invokeOptions(opts),
  );
}

export interface GetUserResult {
  readonly avatarUrl: string;
  readonly bio: string;
  readonly canCreateGroup: boolean;
  readonly canCreateProject: boolean;
  readonly colorSchemeId: number;
  readonly createdAt: string;
  readonly currentSignInAt: string;
  readonly email: string;
  readonly emailExactMatch?: boolean;
  readonly externUid: string;
  readonly external: boolean;
  readonly id: string;
  readonly isAdmin: boolean;
  readonly isBot: boolean;
  readonly lastSignInAt: string;
  readonly linkedin: string;
  readonly location: string;
  readonly name: string;
  readonly namespaceId: number;
  readonly note: string;
  readonly organization: string;
  readonly projectsLimit: number;
  readonly publicEmail: string;
  readonly skype: string;
  readonly state: string;
  readonly themeId: number;
  readonly twitter: string;
  readonly twoFactorEnabled: boolean;
  readonly userId: number;
  readonly userProvider: string;
  readonly username: string;
  readonly websiteUrl: string;
}

export interface GetUserArgs {
  email?: string | undefined;
  emailExactMatch?: boolean | undefined;
  namespaceId?: number | undefined;
  userId?: number | undefined;
  username?: string | undefined;
}

export interface GetUserOutputArgs {
  email?: pulumi.Input<string | undefined>;
  emailExactMatch?: pulumi.Input<boolean | undefined>;
  namespaceId?: pulumi.Input<number | undefined>;
  userId?: pulumi.Input<number | undefined>;
  username?: pulumi.Input<string | undefined>;
}
