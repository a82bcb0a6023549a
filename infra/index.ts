import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "./config.js";
import { createPlatform, type Outputs } from "./platform.js";
import { runError } from "./run-error.js";

/** The Pulumi program of every stack. @returns the stack's outputs */
export async function program(): Promise<Outputs> {
  try {
    return await createPlatform(parseConfig(pulumi.runtime.allConfig(), pulumi.getStack()));
  } catch (error) {
    throw runError(error);
  }
}
