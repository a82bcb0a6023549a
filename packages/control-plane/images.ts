import type { ClusterTool, ExtraTool } from "./tools.js";

/** A listening address that a program takes as an argument. */
export interface ListenFlag {
  readonly flag: string;
  /** Port inside the container when the argument is not given. */
  readonly defaultPort: number;
}

/** An image whose program the agent has as a file of this machine. */
export interface KnownImage {
  readonly tool: ClusterTool | ExtraTool;
  readonly listen: readonly ListenFlag[];
  /**
   * Arguments that come first, so that the manifest's win: values that the program has by default and
   * that name a mounted folder. @default none
   */
  readonly firstArgs?: readonly string[];
  /** Arguments that come last, and so win over the manifest's. */
  readonly extraArgs: readonly string[];
}

const metrics: ListenFlag = { flag: "--metrics-addr", defaultPort: 8080 };
/**
 * An election needs the file with a pod's namespace at its fixed place in a container's file
 * system; there is none here, and a controller that cannot read it does not start.
 * docs/decisions/0043-no-leader-election.md
 */
const extraArgs = ["--enable-leader-election=false"];
const health: ListenFlag = { flag: "--health-addr", defaultPort: 9440 };
const storage: ListenFlag = { flag: "--storage-addr", defaultPort: 9090 };

/** By repository without the registry, so that images of mirrors match too. */
const knownImages: Readonly<Record<string, KnownImage>> = {
  "fluxcd/source-controller": {
    tool: "source-controller",
    listen: [metrics, health, storage],
    extraArgs,
  },
  "fluxcd/kustomize-controller": {
    tool: "kustomize-controller",
    listen: [metrics, health],
    extraArgs,
  },
  "fluxcd/helm-controller": {
    tool: "helm-controller",
    listen: [metrics, health],
    extraArgs,
  },
  "fluxcd/notification-controller": {
    tool: "notification-controller",
    listen: [
      metrics,
      health,
      { flag: "--events-addr", defaultPort: 9090 },
      { flag: "--receiverAddr", defaultPort: 9292 },
    ],
    extraArgs,
  },
  "fluxcd/image-reflector-controller": {
    tool: "image-reflector-controller",
    listen: [metrics, health],
    firstArgs: ["--storage-path=/data"],
    extraArgs,
  },
  "fluxcd/image-automation-controller": { tool: "image-automation-controller", listen: [metrics, health], extraArgs },
  "fluxcd/source-watcher": { tool: "source-watcher", listen: [metrics, health, storage], extraArgs },
};

/** Regular expression (RE2) of every image that the agent runs; kwok does not simulate pods with one of them. */
export const agentImagePattern = `(^|/)(${Object.keys(knownImages).join("|")})([:@]|$)`;

/**
 * What the agent knows of an image, whatever its registry, tag or digest; undefined for an image
 * that stays simulated.
 */
export function knownImage(image: string): KnownImage | undefined {
  const repository = new RegExp(agentImagePattern).exec(image)?.[2];
  return repository === undefined ? undefined : knownImages[repository];
}
