// Generated from schema.json by generate.ts: change those, not this.

import * as pulumi from "@pulumi/pulumi";
import type * as outputs from "./types/output.js";
import { invokeOptions } from "./utilities.js";

export function getMetadata(opts?: pulumi.InvokeOptions): Promise<GetMetadataResult> {
  return pulumi.runtime.invoke("gitlab:index/getMetadata:getMetadata", {}, invokeOptions(opts));
}

/** The same for arguments that may still be outputs. */
export function getMetadataOutput(opts?: pulumi.InvokeOutputOptions): pulumi.Output<GetMetadataResult> {
  return pulumi.runtime.invokeOutput("gitlab:index/getMetadata:getMetadata", {}, invokeOptions(opts));
}

export interface GetMetadataResult {
  readonly enterprise: boolean;
  readonly id: string;
  readonly kas: outputs.GetMetadataKas;
  readonly revision: string;
  readonly version: string;
}
