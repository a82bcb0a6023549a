import { execFile } from "node:child_process";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { z } from "zod";
import type { Finding } from "../../finding.js";
import type { DriverName } from "./drivers.js";

/** What determines whether the address of a container engine's bridge belongs to this machine. */
export interface EngineFacts {
  readonly driver: DriverName;
  /** `process.platform` */
  readonly platform: string;
  /** The engine's name of its system: `Docker Desktop`. @default the engine does not answer */
  readonly system: string | undefined;
  readonly rootless: boolean;
  /** IPv4 address of this machine in its network. @default it has none */
  readonly ownAddress: string | undefined;
}

/**
 * Whether pods reach this machine by the bridge of a container engine: with Docker Desktop (macOS, Windows, WSL 2), in
 * Podman's machine and with a rootless engine the bridge is inside another machine or namespace.
 *
 * @returns undefined for a driver without containers, and if the engine does not answer: minikube reports that
 * @see https://minikube.sigs.k8s.io/docs/handbook/host-access/
 */
export function judgeEngine({ driver, platform, system, rootless, ownAddress }: EngineFacts): Finding | undefined {
  if (driver !== "docker" && driver !== "podman") return undefined;
  const why =
    platform !== "linux"
      ? `${driver} runs in a virtual machine here`
      : /desktop/i.test(system ?? "")
        ? `${system} runs in a virtual machine`
        : rootless
          ? `${driver} runs without root, in a network namespace of its own`
          : undefined;
  if (why === undefined) return undefined;
  const named =
    ownAddress === undefined
      ? ""
      : `name this machine's own: pulumi config set gitlabAddress ${ownAddress} (it must not change); or `;
  return {
    subject: "the embedded GitLab's address",
    level: "fatal",
    message: `${why}, so the bridge's address is not this machine's, and pods do not reach the embedded GitLab there`,
    fix: `${named}use a GitLab that the cluster reaches: pulumi config set gitlab remote; or rootful Docker Engine on Linux`,
  };
}

const docker = z.object({ OperatingSystem: z.string().optional(), SecurityOptions: z.array(z.string()).nullish() });
const podman = z.object({ host: z.object({ security: z.object({ rootless: z.boolean() }) }) });

/** Asks the engine. @see https://docs.docker.com/reference/cli/docker/system/info/ */
export async function inspectEngine(driver: DriverName): Promise<EngineFacts> {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one !== undefined && one.family === "IPv4" && !one.internal);
  const facts = { driver, platform: process.platform as string, ownAddress: own?.address };
  try {
    if (driver === "docker") {
      const { OperatingSystem: system, SecurityOptions } = docker.parse(await info("docker", "{{json .}}"));
      const rootless = (SecurityOptions ?? []).some((option) => option.includes("rootless"));
      return { ...facts, system, rootless };
    }
    if (driver === "podman") {
      const { host } = podman.parse(await info("podman", "json"));
      return { ...facts, system: undefined, rootless: host.security.rootless };
    }
  } catch {
    // minikube reports an engine that does not answer, with advice.
  }
  return { ...facts, system: undefined, rootless: false };
}

async function info(program: string, format: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(program, ["info", "--format", format], { timeout: 20_000 });
  return JSON.parse(stdout);
}
