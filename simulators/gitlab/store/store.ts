import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import writeFileAtomic from "write-file-atomic";
import { emptyState, type State } from "../model/server-state.js";

/** The state in memory and its snapshot on disk. */
export interface Store {
  readonly state: State;
  /**
   * Writes the state and returns once it is on disk. Calls during a write share the next one, so
   * that a storm of requests costs few writes; handlers change the state in one synchronous step,
   * so no snapshot holds half a change.
   */
  save(): Promise<void>;
}

/**
 * Opens the snapshot.
 *
 * @throws UserError for a file that is not a state of this version
 */
export function openStore(file: string): Store {
  removeLeftovers(file);
  const state = existsSync(file) ? read(file) : emptyState();
  let writing: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const write = () => {
    waiting = undefined;
    writing = writeFileAtomic(file, JSON.stringify(state), { mode: 0o600 });
    return writing;
  };
  return {
    state,
    save() {
      waiting ??= writing.then(write, write);
      return waiting;
    },
  };
}

function read(file: string): State {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as State;
    if (kept.version !== 1) throw new Error(`version ${String(kept.version)}`);
    return { ...emptyState(), ...kept };
  } catch (cause) {
    throw new UserError(
      "the embedded GitLab's state cannot be read",
      file,
      `restore the file from a backup, or delete ${dirname(file)} to start with an empty GitLab`,
      { code: "TIM-431", cause },
    );
  }
}

/** Temporary files of a write that a kill interrupted. */
function removeLeftovers(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${basename(file)}.`)) rmSync(join(folder, name), { force: true });
  }
}
