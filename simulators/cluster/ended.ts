import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterLayout } from "@timonier/control-plane/layout";
import { UserError } from "@timonier/kit/user-error";
import { agentName } from "./cluster-processes.js";
import { isFull, lastWords } from "./last-words.js";

/** Log of a component or of the runtime agent. */
export function logOf(layout: ClusterLayout, name: string): string {
  return name === agentName ? layout.agentLog : join(layout.logs, `${name}.log`);
}

/**
 * The error for a process of the embedded cluster that does not stay up.
 *
 * @param how what is known of its end: `ended`, `died 4 times within 60 s`
 * @param file its log
 */
export function processEnded(layout: ClusterLayout, name: string, how: string, file = logOf(layout, name)): UserError {
  const log = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (isFull(log)) {
    return new UserError(
      `${name} of the embedded cluster ${how}: the disk is full`,
      layout.dir,
      "free some space there (a cluster needs about 300 MB), then run the command again",
      { code: "TIM-334" },
    );
  }
  return new UserError(
    `${name} of the embedded cluster ${how}: ${lastWords(log) || "its log is empty"}`,
    file,
    "run the command again; if it ends again, `npx timonier down` and `npm run up` recreate the cluster",
    { code: "TIM-335" },
  );
}
