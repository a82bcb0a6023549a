import { join } from "node:path";

/** Name of the one node, and of the cluster in a kubeconfig. */
export const clusterName = "embedded";

/** Paths in the state folder of one embedded cluster. */
export type ClusterLayout = ReturnType<typeof clusterLayout>;

/** @param dir state folder of this one cluster, an absolute path */
export function clusterLayout(dir: string) {
  const kwokHome = join(dir, "kwok");
  const controlPlane = join(kwokHome, ".kwok", "clusters", clusterName);
  const agent = join(dir, "agent");
  return {
    dir,
    /** Self-contained kubeconfig of the administrator, mode 0600. */
    kubeconfig: join(dir, "kubeconfig"),
    /** Written when the installation is complete. Without it the other files belong to an interrupted installation. */
    record: join(dir, "cluster.json"),
    /** HOME of kwokctl, which stores its files in `.kwok` there. KWOK_WORKDIR does not work with spaces in the path. */
    kwokHome,
    /** kwokctl's folder of this one cluster. */
    controlPlane,
    /** Links to the components' programs; a process that runs one of them belongs to this cluster. */
    programs: join(controlPlane, "bin"),
    pids: join(controlPlane, "pids"),
    pki: join(controlPlane, "pki"),
    logs: join(controlPlane, "logs"),
    /** The only PATH that kwokctl sees. */
    kwokctlPath: join(dir, "kwokctl-path"),
    lock: join(dir, "lock"),
    agent,
    agentPid: join(agent, "pid.json"),
    agentLog: join(agent, "agent.log"),
    agentConfig: join(agent, "config.json"),
    /** Written by the agent when it has seen every pod once. */
    agentReady: join(agent, "ready.json"),
    /** Ports of Services, kept for the life of the cluster. */
    servicePorts: join(agent, "service-ports.json"),
    /** One folder a pod: its records, logs, volumes and credentials. */
    pods: join(agent, "pods"),
  };
}
