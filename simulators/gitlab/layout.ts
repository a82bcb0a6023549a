import { join } from "node:path";

/** Paths in the folder of an embedded GitLab. */
export interface Layout {
  readonly root: string;
  /** The port. The file also marks the folder as that of an embedded GitLab. */
  readonly address: string;
  /** A copy beside the folder: a recreated folder gets its old port, because the address is written in Git. */
  readonly keptAddress: string;
  readonly settings: string;
  readonly state: string;
  readonly repositories: string;
  /** Repositories found without a project, set aside at start. */
  readonly lost: string;
  readonly tls: string;
  readonly ca: string;
  readonly caKey: string;
  readonly certificate: string;
  readonly key: string;
  readonly rootToken: string;
  readonly maintainerToken: string;
  /** Authenticates the test endpoints, new at every start. */
  readonly testToken: string;
  readonly journal: string;
  readonly pid: string;
  readonly log: string;
  readonly serverLock: string;
}

/** The layout of one folder. */
export function layoutOf(root: string): Layout {
  const at = (...parts: string[]) => join(root, ...parts);
  return {
    root,
    address: at("address.json"),
    keptAddress: `${root}.address.json`,
    settings: at("settings.json"),
    state: at("state.json"),
    repositories: at("repositories"),
    lost: at("lost"),
    tls: at("tls"),
    ca: at("ca.pem"),
    caKey: at("tls", "ca-key.pem"),
    certificate: at("tls", "server.pem"),
    key: at("tls", "server-key.pem"),
    rootToken: at("root-token"),
    maintainerToken: at("maintainer-token"),
    testToken: at("test-token"),
    journal: at("requests.jsonl"),
    pid: at("server.pid"),
    log: at("server.log"),
    serverLock: at("server.lock"),
  };
}
