import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { checkout, type StateFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";

/** Where Pulumi keeps the state of stacks. */
export interface Backend {
  /** URL in Pulumi's form: `file:///…`, `s3://bucket/folder?region=…`. */
  readonly url: string;
  /**
   * Folder of a file backend, whose files are read directly because that is quicker; undefined
   * where only Pulumi can read it.
   */
  readonly folder: string | undefined;
  /** Whether it is the backend of this checkout. The user provides the passphrase of any other backend. */
  readonly own: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variable that marks a PULUMI_BACKEND_URL of this program, as `timonier env` sets it, and not of
 * the user.
 */
export const OWN_BACKEND = "TIMONIER_OWN_BACKEND";

/**
 * The backend in PULUMI_BACKEND_URL, which pipelines set; else a folder in this checkout's state.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/
 */
export function findBackend(state: StateFolder, environment: Environment = process.env): Backend {
  const given = environment.PULUMI_BACKEND_URL;
  const own = `file://${state.backend}`;
  if (!given || given === own || given === environment[OWN_BACKEND]) {
    return { url: own, folder: state.backend, own: true };
  }
  // Only Pulumi reads compressed state.
  const plain = !["1", "true"].includes(environment.PULUMI_SELF_MANAGED_STATE_GZIP ?? "");
  return { url: given, folder: plain ? fileFolder(given) : undefined, own: false };
}

/**
 * Folder of `file://~/state`, `file://./state` or `file:///state?metadata=skip`; relative to where
 * Pulumi runs.
 */
function fileFolder(url: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const path = url.slice("file://".length).replace(/\?.*$/, "");
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(checkout, path);
}

/**
 * Whether this program generates the passphrase of the secrets in the state.
 *
 * @param provider `secretsprovider` of the stack's settings
 * @throws UserError when the user has to provide the passphrase and did not
 */
export function ownsPassphrase(
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
    "the passphrase of the secrets in Pulumi's state is missing",
    `PULUMI_BACKEND_URL=${backend.url}`,
    "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE; or unset PULUMI_BACKEND_URL to keep the state in this checkout",
    { code: "TIM-104" },
  );
}
