import { z } from "zod";
import type { ResourceShape } from "../shape.js";

/** The path of a repository in a GitLab that the stack does not own. */
export const adoptedProjectShape = {
  type: "timonier:gitlab:AdoptedProject",
  inputs: z.object({
    /** URL of GitLab. */
    url: z.string(),
    /** May restore and delete projects. */
    token: z.string(),
    /**
     * PEM file of the authority that signed GitLab's certificate.
     *
     * @default the system's authorities
     */
    caFile: z.string().optional(),
    /** Full path of the repository: `team/platform/setup`. */
    path: z.string(),
    /**
     * A project of that path that is scheduled for deletion, and what to do with it.
     *
     * @default leave it, or there is none
     */
    scheduled: z
      .object({
        id: z.number(),
        /** Its path now: newer versions of GitLab rename it. */
        path: z.string(),
        action: z.enum(["restore", "purge"]),
      })
      .optional(),
    /**
     * Number of the project of that path, if a stack of this cluster created it.
     *
     * @default people or another stack created it, or there is none
     */
    own: z.number().optional(),
  }),
  outputs: ["recordedAt"],
  secrets: ["token"],
} as const satisfies ResourceShape;
