import { z } from "zod";
import type { ResourceShape } from "../shape.js";

/** The first commit of a repository. */
export const firstCommitShape = {
  type: "timonier:gitlab:Seed",
  inputs: z.object({
    /** URL of GitLab. */
    url: z.string(),
    /** May write to the repository. */
    token: z.string(),
    /** PEM file of the authority that signed GitLab's certificate. @default the system's authorities */
    caFile: z.string().optional(),
    /** Number of the project. */
    project: z.string(),
    branch: z.string(),
    /** Source branch of the merge request that adds missing files to a preexisting branch. */
    proposalBranch: z.string(),
    /** Message of the commit, and title of that merge request. */
    message: z.string(),
    /** Folders on this machine whose files together are committed. */
    folders: z.array(z.string()),
    /** Folders that belong to the first commit only: a preexisting branch is not expected to have their files. */
    firstFolders: z.array(z.string()).default([]),
    /** How a newer Flux, or one with more controllers, is proposed. @default the repository has no Flux components */
    upgrade: z
      .object({
        /** Path of `gotk-components.yaml` in the repository. */
        path: z.string(),
        /** Wanted version: `2.9.4`. */
        version: z.string(),
        /** Controllers that the branch must have besides its own. @default none */
        components: z.array(z.string()).optional(),
        /** Source branch of the merge request. */
        branch: z.string(),
        /** Title of the merge request. */
        message: z.string(),
        /** Title of one that only adds controllers. @default message */
        additionMessage: z.string().optional(),
      })
      .optional(),
  }),
  outputs: ["mergeRequest", "upgradeRequest"],
  secrets: ["token"],
} as const satisfies ResourceShape;
