import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of this checkout. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Name of the folder of programs that stand before the real ones in a shell. A search for tools on PATH leaves it out. */
export const SHELL_BIN = "timonier-shell";

/** Script that runs TypeScript of this checkout: `node LOADER ENTRY.ts [ARGUMENT…]`. */
export const loader = fileURLToPath(new URL("run.mjs", import.meta.url));

/**
 * Everything that this checkout's stacks keep on disk, in one git-ignored folder: delete it and nothing is left.
 *
 * `TIMONIER_STATE` names another folder, so that two sets of stacks of one checkout do not meet.
 */
export class StateFolder {
  constructor(readonly root: string = resolve(process.env.TIMONIER_STATE ?? join(checkout, ".timonier"))) {}

  /** Pulumi's file backend. */
  get backend(): string {
    return this.folder("pulumi");
  }

  /** Pulumi's own folder: plugins and what it remembers. */
  get pulumiHome(): string {
    return this.folder("pulumi-home");
  }

  /** Passphrase of Pulumi's secrets, made once, mode 0600. */
  get passphraseFile(): string {
    return join(this.folder(), "passphrase");
  }

  /** Links to the tools in the versions that this checkout wants; for PATH. */
  get bin(): string {
    return this.folder("bin");
  }

  /** Programs that only a shell with `timonier env` has on its PATH. */
  get shellBin(): string {
    return this.folder(SHELL_BIN);
  }

  /** One stack's own folder. */
  stack(name: string): string {
    return this.folder("stacks", name);
  }

  private folder(...parts: string[]): string {
    const path = join(this.root, ...parts);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }
}

/** Folder with the kubeconfig of a stack's cluster; an embedded cluster is in it as a whole. */
export function stackClusterFolder(state: StateFolder, stack: string): string {
  return join(state.stack(stack), "cluster");
}

/** Folder of the GitLab that an embedded stack owns. */
export function embeddedGitLabFolder(state: StateFolder, stack: string): string {
  return join(state.stack(stack), "gitlab");
}
