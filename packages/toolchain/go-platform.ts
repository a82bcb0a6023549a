/** A platform that the tools run on, with Go's names. */
export interface Platform {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

const systems: Readonly<Record<string, Platform["os"]>> = { linux: "linux", darwin: "darwin" };
const architectures: Readonly<Record<string, Platform["arch"]>> = { x64: "amd64", arm64: "arm64" };

/** Go's names for a platform of Node.js; undefined where the tools do not run. */
export function platformOf(nodePlatform: string, nodeArch: string): Platform | undefined {
  const os = systems[nodePlatform];
  const arch = architectures[nodeArch];
  return os && arch ? { os, arch } : undefined;
}
