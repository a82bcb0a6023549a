import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../core/user-error.js";
import { parseConfig } from "./config.js";
import { createPlatform, type Outputs } from "./platform.js";

/** The Pulumi program of every stack. @returns the stack's outputs */
export async function program(): Promise<Outputs> {
  try {
    return await createPlatform(parseConfig(pulumi.runtime.allConfig(), pulumi.getStack()));
  } catch (error) {
    // Pulumi shows this class of error without a stack trace.
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
