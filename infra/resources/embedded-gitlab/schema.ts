import { z } from "zod";
import type { ResourceShape } from "../shape.js";

/** The GitLab on this machine. */
export const embeddedGitLabShape = {
  type: "timonier:embedded:GitLab",
  inputs: z.object({
    /** Stack whose state folder holds the GitLab. */
    stack: z.string(),
    /** Path of the group that owns the repositories; created if it does not exist. */
    team: z.string(),
    /** Addresses of this machine to listen on besides 127.0.0.1. */
    addresses: z.array(z.string()).default([]),
  }),
  outputs: ["url", "token", "group"],
  secrets: ["token"],
} as const satisfies ResourceShape;
