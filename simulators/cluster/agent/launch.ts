import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { KnownImage } from "@timonier/control-plane/images";
import type { AgentContext } from "./agent-context.js";
import { type Addresses, listenPorts, rewriteArguments, rewriteValue } from "./arguments.js";
import type { ProgramSpec } from "./container-process.js";
import { containerEnvironment } from "./environment.js";
import type { Container, Pod } from "./pod-objects.js";
import { fetchReferencedData } from "./referenced-data.js";
import { expandReferences } from "./references.js";
import { makeVolumes } from "./volumes.js";

/** A container cannot start because its image has no program, as after a failed pull. */
class ImageError extends Error {
  override readonly name = "ErrImagePull";
}

/** A container of a pod, with the program that stands for its image. */
export interface PodContainer {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: KnownImage;
  /** Folder of the pod in the state folder. */
  readonly podFolder: string;
}

/** A program that is ready to be started, and the ports that it will listen on. */
export interface Launch {
  readonly spec: ProgramSpec;
  /** Host's port by container's port. */
  readonly ports: Readonly<Record<string, number>>;
}

/**
 * Turns a container's manifest into a program of this machine: its environment, credentials,
 * volumes, ports and arguments.
 *
 * @param before host's port by container's port, of the run before
 * @param credentials path of the kubeconfig with the pod's own rights, made when it is first asked
 * for
 * @throws ImageError when there is no program for the image
 */
export async function prepareLaunch(
  context: AgentContext,
  { pod, container, image, podFolder }: PodContainer,
  before: Readonly<Record<string, number>>,
  credentials: () => Promise<string>,
): Promise<Launch> {
  const program = requireProgram(context, container, image);
  const data = await fetchReferencedData(context.api, pod, container);
  const environment = containerEnvironment(container, pod, data);
  const mounts = makeVolumes(join(podFolder, "volumes"), pod, container, data);
  const kubeconfig = await credentials();

  const args = [...(image.firstArgs ?? []), ...(container.args ?? [])].map((arg) => expandReferences(arg, environment));
  const ports: Record<string, number> = {};
  for (const port of listenPorts(args, image.listen)) ports[port] = await context.ports.ofContainer(before[port]);

  const services = await servicePorts(context, [...args, ...Object.values(environment)]);
  const addresses: Addresses = {
    containerPort: (port) => ports[port] ?? port,
    servicePort: (namespace, name, port) => services.get(`${namespace}/${name}:${port}`) ?? port,
  };
  const temporary = mounts.find(({ mountPath }) => mountPath === "/tmp")?.hostPath ?? join(podFolder, "tmp");
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  const env = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, rewriteValue(value, addresses, mounts)]),
  );
  return {
    spec: {
      program,
      args: [...rewriteArguments(args, image.listen, addresses, mounts), ...image.extraArgs],
      env: {
        GOGC: "30",
        PATH: "/usr/local/bin:/usr/bin:/bin",
        HOME: temporary,
        TMPDIR: temporary,
        ...env,
        KUBECONFIG: kubeconfig,
      },
    },
    ports,
  };
}

function requireProgram(context: AgentContext, container: Container, image: KnownImage): string {
  const program = context.tools[image.tool];
  if (program === undefined)
    throw new ImageError(`no program for image "${container.image}": ${image.tool} is not set up`);
  try {
    accessSync(program, constants.X_OK);
    return program;
  } catch {
    throw new ImageError(`no program for image "${container.image}": ${program} cannot be executed`);
  }
}

/** Ports of every Service that the values name. */
async function servicePorts(context: AgentContext, values: readonly string[]): Promise<Map<string, number>> {
  const named: Array<[string, string, number]> = [];
  const collect: Addresses = {
    containerPort: (port) => port,
    servicePort: (...service) => named.push(service),
  };
  for (const value of values.map((arg) => arg.slice(arg.indexOf("=") + 1))) rewriteValue(value, collect, []);
  const ports = new Map<string, number>();
  for (const [namespace, name, port] of named) {
    ports.set(`${namespace}/${name}:${port}`, await context.ports.ofService(namespace, name, port));
  }
  return ports;
}
