import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { checkout, type StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";

/** Where Pulumi keeps the state of stacks. */
export interface Backend {
  /** As Pulumi wants it: `file:///…`, `s3://bucket/folder?region=…`. */
  readonly url: string;
  /** Folder of a file backend: its files are read directly, which is far quicker. undefined: Pulumi has to be asked. */
  readonly folder: string | undefined;
  /** Whether it is this checkout's own. Another one's passphrase is whoever's who named it. */
  readonly own: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Set beside PULUMI_BACKEND_URL where this program set that: a shell with `timonier env` in it has chosen nothing. */
export const OWN_BACKEND = "TIMONIER_OWN_BACKEND";

/**
 * The backend that PULUMI_BACKEND_URL names, as a pipeline does; else a folder of this checkout's state.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/
 */
export function findBackend(state: StateFolder, environment: Environment = process.env): Backend {
  const given = environment.PULUMI_BACKEND_URL;
  const own = `file://${state.backend}`;
  if (!given || given === own || given === environment[OWN_BACKEND]) {
    return { url: own, folder: state.backend, own: true };
  }
  // Compressed state is Pulumi's to read.
  const plain = !["1", "true"].includes(environment.PULUMI_SELF_MANAGED_STATE_GZIP ?? "");
  return { url: given, folder: plain ? fileFolder(given) : undefined, own: false };
}

/** `file://~/state`, `file://./state`, `file:///state?metadata=skip`: a relative one starts where Pulumi runs. */
function fileFolder(url: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const path = url.slice("file://".length).replace(/\?.*$/, "");
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(checkout, path);
}

/**
 * Whether this program makes the passphrase of the secrets in the state.
 *
 * @param provider `secretsprovider` of the stack's settings
 * @throws UserError when somebody else's is needed and not given
 */
export function makesPassphrase(
  backend: Backend,
  provider: string | undefined,
  environment: Environment = process.env,
): boolean {
  if (backend.own) return true;
  const cloud = /^https?:/.test(backend.url);
  const needed = provider === undefined ? !cloud : provider === "passphrase";
  const given =
    environment.PULUMI_CONFIG_PASSPHRASE !== undefined || environment.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  if (!needed || given) return false;
  throw new UserError(
    "the passphrase of the secrets in Pulumi's state is not given",
    `PULUMI_BACKEND_URL=${backend.url}`,
    "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE too; or unset PULUMI_BACKEND_URL: state is kept in this checkout then",
  );
}
