// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import { invokeOptions } from "./utilities.js";

export function getCurrentUser(opts?: pulumi.InvokeOptions): Promise<GetCurrentUserResult> {
  return pulumi.runtime.invoke("gitlab:index/getCurrentUser:getCurrentUser", {}, invokeOptions(opts));
}

/** The same for arguments that may still be outputs. */
export function getCurrentUserOutput(opts?: pulumi.InvokeOutputOptions): pulumi.Output<GetCurrentUserResult> {
  return pulumi.runtime.invokeOutput("gitlab:index/getCurrentUser:getCurrentUser", {}, invokeOptions(opts));
}

export interface GetCurrentUserResult {
  readonly bot: boolean;
  readonly globalId: string;
  readonly globalNamespaceId: string;
  readonly groupCount: number;
  readonly id: string;
  readonly name: string;
  readonly namespaceId: string;
  readonly publicEmail: string;
  readonly username: string;
}
