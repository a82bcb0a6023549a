import { nginx } from "./nginx.js";

/** The applications, in the order of their sections in apps/settings.yaml. */
export const applications = [nginx] as const;
