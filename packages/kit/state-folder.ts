import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of this checkout. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Name of the folder with wrappers of programs for a shell. A search for tools on PATH ignores it. */
export const SHELL_BIN = "timonier-shell";

/** Script that runs TypeScript of this checkout: `node LOADER ENTRY.ts [ARGUMENT…]`. */
export const loader = fileURLToPath(new URL("run.mjs", import.meta.url));

/**
 * The git-ignored folder with all files of this checkout's stacks.
 *
 * `TIMONIER_STATE` sets another folder, so that one checkout can have separate sets of stacks.
 */
export class StateFolder {
  constructor(readonly root: string = resolve(process.env.TIMONIER_STATE ?? join(checkout, ".timonier"))) {}

  /** Pulumi's file backend. */
  get backend(): string {
    return this.folder("pulumi");
  }

  /** Pulumi's home folder with its plugins. */
  get pulumiHome(): string {
    return this.folder("pulumi-home");
  }

  /** File with the passphrase of Pulumi's secrets, mode 0600. */
  get passphraseFile(): string {
    return join(this.folder(), "passphrase");
  }

  /** Links to the tools in the versions of this checkout; for PATH. */
  get bin(): string {
    return this.folder("bin");
  }

  /** Wrappers that only a shell with `timonier env` has on its PATH. */
  get shellBin(): string {
    return this.folder(SHELL_BIN);
  }

  /** Folder of one stack. */
  stack(name: string): string {
    return this.folder("stacks", name);
  }

  private folder(...parts: string[]): string {
    const path = join(this.root, ...parts);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }
}

/** Folder with the kubeconfig of a stack's cluster, and with all files of an embedded cluster. */
export function stackClusterFolder(state: StateFolder, stack: string): string {
  return join(state.stack(stack), "cluster");
}

/** Folder of the embedded GitLab of a stack. */
export function embeddedGitLabFolder(state: StateFolder, stack: string): string {
  return join(state.stack(stack), "gitlab");
}
