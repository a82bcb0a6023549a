import { z } from "zod";
import type { ResourceShape } from "../shape.js";

/** A secret that a GitLab webhook and its Flux Receiver share. */
export const hookTokenShape = {
  type: "timonier:gitlab:HookToken",
  inputs: z.object({}),
  outputs: ["value"],
  secrets: ["value"],
} as const satisfies ResourceShape;
