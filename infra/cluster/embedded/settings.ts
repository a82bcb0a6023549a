import { z } from "zod";

/** The embedded cluster has no settings of its own. */
export const embeddedSettings = z.object({});
