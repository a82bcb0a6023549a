import { accessSync, constants } from "node:fs";
import { isAbsolute } from "node:path";
import { UserError } from "@timonier/kit/user-error";

/** Every program that an embedded cluster runs. */
export const clusterToolNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kwokctl",
  "source-controller",
  "kustomize-controller",
  "helm-controller",
  "notification-controller",
] as const;

/** Name of a program that an embedded cluster runs. */
export type ClusterTool = (typeof clusterToolNames)[number];

/** Flux controllers that an embedded cluster runs for a stack with image automation. */
export const imageToolNames = ["image-reflector-controller", "image-automation-controller"] as const;

/** Flux controllers that only some installations have. Without the program their pods wait as for a missing image. */
export type ExtraTool = (typeof imageToolNames)[number] | "source-watcher";

/** Absolute path of each program. */
export type ClusterTools = Readonly<Record<ClusterTool, string>> & Readonly<Partial<Record<ExtraTool, string>>>;

/** The tools of one folder, each under its own name. */
export function toolsIn(folder: string): ClusterTools {
  return Object.fromEntries(clusterToolNames.map((name) => [name, `${folder}/${name}`])) as ClusterTools;
}

/**
 * Checks that every tool can be executed.
 *
 * @throws UserError naming every tool that is not an executable file at an absolute path
 */
export function requireTools(tools: ClusterTools): void {
  const missing = clusterToolNames.filter((name) => !isExecutable(tools[name]));
  if (missing.length === 0) return;
  throw new UserError(
    `tools cannot be executed: ${missing.join(", ")}`,
    missing.map((name) => tools[name] || `no path for ${name}`).join(", "),
    "run `npm run up` again: it sets up the tools that are missing",
    { code: "TIM-333" },
  );
}

function isExecutable(path: string | undefined): boolean {
  if (!path || !isAbsolute(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
