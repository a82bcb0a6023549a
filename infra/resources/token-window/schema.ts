import { z } from "zod";
import type { ResourceShape } from "../shape.js";

/** The time in which a set of a project's tokens is used. */
export const tokenWindowShape = {
  type: "timonier:gitlab:TokenWindow",
  inputs: z.object({
    /** Days from creation to expiry. */
    days: z.number(),
    /** Days before expiry from which the next run renews the tokens. */
    renewBefore: z.number(),
    /** Time: a window opened before it is renewed. @default only its age counts */
    rotateBefore: z.string().optional(),
    /** URL of GitLab. */
    url: z.string(),
    /** May list the project's tokens. */
    token: z.string(),
    /** PEM file of the authority that signed GitLab's certificate. @default the system's authorities */
    caFile: z.string().optional(),
    /** Number of the project. */
    project: z.string(),
    /** Names of the deploy tokens that use the window. */
    deployTokens: z.array(z.string()),
    /** Names of the access tokens that use the window. */
    accessTokens: z.array(z.string()),
  }),
  outputs: ["expiresAt", "openedAt"],
  secrets: ["token"],
} as const satisfies ResourceShape;
