import * as pulumi from "@pulumi/pulumi";
import { formerSettings, parseConfig } from "./config.js";
import { createPlatform, type Outputs } from "./platform.js";
import { runError } from "./run-error.js";

/** The Pulumi program of every stack. @returns the stack's outputs */
export async function program(): Promise<Outputs> {
  try {
    const raw = pulumi.runtime.allConfig();
    const config = parseConfig(raw, pulumi.getStack());
    for (const line of formerSettings(raw)) await pulumi.log.warn(line);
    return withoutUndefined(await createPlatform(config));
  } catch (error) {
    throw runError(error);
  }
}

/** Pulumi warns of each output that has no value. */
function withoutUndefined(outputs: Outputs): Outputs {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined));
}
