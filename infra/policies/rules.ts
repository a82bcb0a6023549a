import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";

/** The part of a resource that a rule reads. */
export type Checked = Pick<ResourceValidationArgs, "type" | "props" | "name" | "opts" | "provider">;

/** @returns the violation. undefined: the resource complies */
type Rule = (resource: Checked) => string | undefined;

const isToken =
  /^gitlab:index\/(projectDeployToken|projectAccessToken|groupDeployToken|groupAccessToken|personalAccessToken):/;

/**
 * Formats of credentials: GitLab tokens, private keys, AWS access keys.
 *
 * @see https://docs.gitlab.com/security/tokens/#token-prefixes
 */
const CREDENTIAL =
  /\bgl(pat|dt|rt|ptt|ft|soat|cbt|agent)-[\w-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bA(KIA|SIA)[A-Z0-9]{16}\b/;

const CLUSTER = "aws:eks/cluster:Cluster";

/** Pulumi's default provider uses the cluster or server of the machine's own settings. */
const noDefaultProvider: Rule = ({ type, provider }) =>
  // Components have no provider; the resources in them have.
  /^(kubernetes:(?!yaml|kustomize)|gitlab:|aws:)/.test(type) && (!provider || provider.name.startsWith("default"))
    ? "has the default provider, which uses the cluster or server of this machine's own settings"
    : undefined;

/** Credentials belong in Secrets and masked variables. */
const noPlainSecret: Rule = ({ type, props }) => {
  if (type === "kubernetes:core/v1:Secret") return undefined;
  if (type.startsWith("gitlab:index/projectVariable:") && props.masked === true) return undefined;
  // The API of these resources returns the credential: the resource of a token contains the token.
  if (isToken.test(type) || type.startsWith("pulumi:") || type.startsWith("timonier:")) return undefined;
  const place = credentialIn(props);
  return place && `${place} holds a credential in clear text; move it to a Secret or a masked variable`;
};

/** Repositories outlive the stack, unless the stack owns their GitLab. */
const repositoriesProtected: Rule = ({ type, opts, provider }) => {
  if (!type.startsWith("gitlab:index/project:") || opts.protect) return undefined;
  return isLocal(provider?.props.baseUrl) ? undefined : "can be deleted by `pulumi destroy`; set protect to true";
};

const tokensExpire: Rule = ({ type, props }) =>
  isToken.test(type) && !props.expiresAt
    ? "has no expiry, so a leaked token would work for ever; set expiresAt"
    : undefined;

/** Namespaces need an owner label so that people can tell which program created them. */
const namespacesLabelled: Rule = ({ type, props }) => {
  const labels = Object.keys(props.metadata?.labels ?? {});
  if (type !== "kubernetes:core/v1:Namespace" || labels.some((key) => key.startsWith("app.kubernetes.io/")))
    return undefined;
  return "has no app.kubernetes.io/ label that says which program created it; set app.kubernetes.io/part-of";
};

/** A public API server accepts listed addresses only. */
const endpointRestricted: Rule = ({ type, props }) => {
  if (type !== CLUSTER || props.vpcConfig?.endpointPublicAccess === false) return undefined;
  const cidrs: readonly string[] = props.vpcConfig?.publicAccessCidrs ?? [];
  return cidrs.length === 0 || cidrs.some((cidr) => cidr.endsWith("/0"))
    ? "has an API server that is open to the internet; set publicAccessCidrs, or endpointPublicAccess to false"
    : undefined;
};

const secretsEncrypted: Rule = ({ type, props }) =>
  type === CLUSTER && !props.encryptionConfig?.resources?.includes("secrets")
    ? "does not encrypt its Secrets with a customer-managed key; set encryptionConfig"
    : undefined;

/** Principal "*" admits every AWS account. */
const noWildcardPrincipals: Rule = ({ type, props }) => {
  if (!type.startsWith("aws:")) return undefined;
  const documents = [props.assumeRolePolicy, props.policy].filter((text) => typeof text === "string");
  const open = documents.some((text) => statements(text).some(admitsEveryAccount));
  return open || props.principalArn === "*"
    ? 'has a policy that admits every AWS account (Principal "*"); name the principal'
    : undefined;
};

/** Description and rule of each policy, by its name. */
const table: Readonly<Record<string, readonly [description: string, rule: Rule]>> = {
  "no-default-provider": ["Every resource has an explicit provider, never the machine's settings.", noDefaultProvider],
  "no-plain-secret": ["Credentials are stored in Secrets and masked variables only.", noPlainSecret],
  "repositories-protected": ["Repositories are not deleted with the stack.", repositoriesProtected],
  "tokens-expire": ["Every token has an expiry.", tokensExpire],
  "endpoint-restricted": ["API servers are not open to the internet.", endpointRestricted],
  "secrets-encrypted": ["Secrets of clusters are encrypted with a customer-managed key.", secretsEncrypted],
  "no-wildcard-principals": ["No AWS policy admits every account.", noWildcardPrincipals],
  "namespaces-labelled": ["Every namespace has an owner label.", namespacesLabelled],
};

/** The policies of every stack. */
export const rules: readonly ResourceValidationPolicy[] = Object.entries(table).map(([name, [description, rule]]) => ({
  name,
  description,
  validateResource: (resource, report) => {
    const wrong = rule(resource);
    if (wrong !== undefined) report(`${resource.name} ${wrong}`);
  },
}));

/** Path of the first credential. undefined: there is none. */
function credentialIn(value: unknown, path = ""): string | undefined {
  if (typeof value === "string") return CREDENTIAL.test(value) ? path : undefined;
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = credentialIn(inner, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}

/** Whether a URL is that of the embedded GitLab, which is deleted with its repositories. */
function isLocal(url: unknown): boolean {
  return typeof url === "string" && /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(url);
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
function statements(document: string): Statement[] {
  try {
    const { Statement: found = [] } = JSON.parse(document) as { Statement?: Statement | Statement[] };
    return [found].flat();
  } catch {
    return [];
  }
}

function admitsEveryAccount({ Effect, Principal }: Statement): boolean {
  if (Effect !== "Allow" || Principal === undefined || Principal === null) return false;
  const named = typeof Principal === "object" ? Object.values(Principal).flat() : [Principal];
  return named.includes("*");
}
