import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import type { ApiAccess, TokenSource } from "./kube-api.js";
import { StateFolder } from "./state-folder.js";
import { UserError } from "./user-error.js";

const named = <T extends z.ZodType>(key: string, value: T) => z.object({ name: z.string(), [key]: value });

const cluster = z.object({
  server: z.url(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
});

const exec = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

const user = z.object({
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  exec: exec.optional(),
});

const schema = z.object({
  "current-context": z.string().min(1),
  contexts: z.array(named("context", z.object({ cluster: z.string(), user: z.string() }))),
  clusters: z.array(named("cluster", cluster)),
  users: z.array(named("user", user)),
});

/**
 * Reads the access to the API server from the current context of a kubeconfig: certificates,
 * tokens, and exec plugins of cloud providers. Paths must be absolute, because the folder of the
 * kubeconfig is not known here.
 *
 * @param text YAML or JSON
 * @throws UserError when the text is not a valid kubeconfig, or when an exec plugin fails
 * @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
export async function readKubeconfig(text: string): Promise<ApiAccess> {
  const config = schema.safeParse(plain(text));
  if (!config.success) throw invalid(z.prettifyError(config.error));
  const context = find(config.data.contexts, config.data["current-context"], "context") as {
    cluster: string;
    user: string;
  };
  const server = find(config.data.clusters, context.cluster, "cluster") as z.infer<typeof cluster>;
  const login = find(config.data.users, context.user, "user") as z.infer<typeof user>;
  return {
    server: server.server,
    ca: await pem(server["certificate-authority-data"], server["certificate-authority"]),
    insecure: server["insecure-skip-tls-verify"],
    serverName: server["tls-server-name"],
    cert: await pem(login["client-certificate-data"], login["client-certificate"]),
    key: await pem(login["client-key-data"], login["client-key"]),
    token: login.token ?? (login.tokenFile && (await readFile(login.tokenFile, "utf8")).trim()),
    ...(login.exec && (await loggedIn(login.exec))),
  };
}

function plain(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // The rest of the message quotes the text, which may contain a secret.
    throw invalid((error as Error).message.split(":\n")[0] ?? "not YAML");
  }
}

function find(entries: ReadonlyArray<Record<string, unknown>>, name: string, key: string): unknown {
  const found = entries.find((entry) => entry.name === name)?.[key];
  if (found === undefined) throw invalid(`${key} "${name}" does not exist`);
  return found;
}

async function pem(data: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, "base64").toString("utf8");
  return file && readFile(file, "utf8");
}

const credential = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

type Credential = z.infer<typeof credential>["status"];

/**
 * Milliseconds before its expiry from which a token counts as expired, so that it does not expire
 * during a request.
 */
const MARGIN = 60_000;

/** Runs the exec plugin once, and again whenever its token has expired. */
async function loggedIn(plugin: z.infer<typeof exec>): Promise<Partial<ApiAccess>> {
  const first = await runPlugin(plugin);
  const access = { token: first.token, cert: first.clientCertificateData, key: first.clientKeyData };
  return first.token === undefined ? access : { ...access, tokens: renewing(first, () => runPlugin(plugin)) };
}

function renewing(first: Credential, run: () => Promise<Credential>): TokenSource {
  let now = Promise.resolve(first);
  return {
    current: async (refused) => {
      const { token, expirationTimestamp } = await now;
      const ends = expirationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(expirationTimestamp);
      if (token !== refused && Date.now() < ends - MARGIN) return token;
      const before = now;
      const next = run();
      now = next;
      try {
        return (await next).token;
      } catch (error) {
        // The next request tries again.
        if (now === next) now = before;
        throw error;
      }
    },
  };
}

/**
 * @see
 *   https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
async function runPlugin({ apiVersion, command, args, env }: z.infer<typeof exec>): Promise<Credential> {
  const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const extra = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  // The login command for EKS is in the state folder.
  const PATH = [process.env.PATH ?? "", new StateFolder().bin].join(delimiter);
  try {
    const { stdout } = await promisify(execFile)(command, args ?? [], {
      env: { ...process.env, PATH, ...extra, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: 30_000,
    });
    return credential.parse(JSON.parse(stdout)).status;
  } catch (cause) {
    const message = (cause as { stderr?: string }).stderr?.trim() || (cause as Error).message.split("\n")[0];
    throw new UserError(
      `the kubeconfig's login command failed: ${message}`,
      command,
      "run the command by hand and fix its error",
      { code: "TIM-305", cause },
    );
  }
}

function invalid(what: string): UserError {
  return new UserError(
    `the kubeconfig cannot be used: ${what}`,
    "the kubeconfig",
    "compare with: kubectl config view --minify",
    { code: "TIM-304" },
  );
}
