import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";

/** The part of a resource that a rule looks at. */
export type Checked = Pick<ResourceValidationArgs, "type" | "props" | "name" | "opts" | "provider">;

/** @returns what is wrong. undefined: nothing */
type Rule = (resource: Checked) => string | undefined;

const isToken =
  /^gitlab:index\/(projectDeployToken|projectAccessToken|groupDeployToken|groupAccessToken|personalAccessToken):/;

/** Credentials by their form: GitLab's tokens, keys, AWS's access keys. @see https://docs.gitlab.com/security/tokens/#token-prefixes */
const CREDENTIAL =
  /\bgl(pat|dt|rt|ptt|ft|soat|cbt|agent)-[\w-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bA(KIA|SIA)[A-Z0-9]{16}\b/;

const CLUSTER = "aws:eks/cluster:Cluster";

/** A default provider works on whatever cluster or server the machine's own settings name. */
const noDefaultProvider: Rule = ({ type, provider }) =>
  // Components have none: their objects have.
  /^(kubernetes:(?!yaml|kustomize)|gitlab:|aws:)/.test(type) && (!provider || provider.name.startsWith("default"))
    ? "has the default provider, which works on whatever this machine's own settings name"
    : undefined;

/** In a Secret, and in a masked variable, a credential is where it belongs. */
const noPlainSecret: Rule = ({ type, props }) => {
  if (type === "kubernetes:core/v1:Secret") return undefined;
  if (type.startsWith("gitlab:index/projectVariable:") && props.masked === true) return undefined;
  // What a resource is made of by its own API: a token's resource has the token.
  if (isToken.test(type) || type.startsWith("pulumi:") || type.startsWith("timonier:")) return undefined;
  const place = credentialIn(props);
  return (
    place &&
    `${place} holds a credential that anybody who reads the object sees; put it in a Secret or a masked variable`
  );
};

/** Repositories outlive a stack, unless their server is the stack's own. */
const repositoriesProtected: Rule = ({ type, opts, provider }) => {
  if (!type.startsWith("gitlab:index/project:") || opts.protect) return undefined;
  return isLocal(provider?.props.baseUrl) ? undefined : "can be deleted by `pulumi destroy`: set protect to true";
};

const tokensExpire: Rule = ({ type, props }) =>
  isToken.test(type) && !props.expiresAt ? "has no expiry: a token that leaks would work for ever" : undefined;

/** Who finds a namespace has to know whose it is. */
const namespacesLabelled: Rule = ({ type, props }) => {
  const labels = Object.keys(props.metadata?.labels ?? {});
  if (type !== "kubernetes:core/v1:Namespace" || labels.some((key) => key.startsWith("app.kubernetes.io/")))
    return undefined;
  return "has no label of app.kubernetes.io/: nobody sees what it is part of";
};

/** An API server that the internet reaches is reached from named addresses. */
const endpointRestricted: Rule = ({ type, props }) => {
  if (type !== CLUSTER || props.vpcConfig?.endpointPublicAccess === false) return undefined;
  const cidrs: readonly string[] = props.vpcConfig?.publicAccessCidrs ?? [];
  return cidrs.length === 0 || cidrs.some((cidr) => cidr.endsWith("/0"))
    ? "has an API server that the whole internet reaches: set publicAccessCidrs, or endpointPublicAccess to false"
    : undefined;
};

const secretsEncrypted: Rule = ({ type, props }) =>
  type === CLUSTER && !props.encryptionConfig?.resources?.includes("secrets")
    ? "keeps its Secrets without a key of yours: set encryptionConfig"
    : undefined;

/** A policy that names everybody lets every account in. */
const noWildcardPrincipals: Rule = ({ type, props }) => {
  if (!type.startsWith("aws:")) return undefined;
  const documents = [props.assumeRolePolicy, props.policy].filter((text) => typeof text === "string");
  const open = documents.some((text) => statements(text).some(isForEverybody));
  return open || props.principalArn === "*"
    ? 'has a policy for everybody (Principal "*"): name who it is for'
    : undefined;
};

/** By the policies' names: what each is for, and how a resource is checked. */
const table: Readonly<Record<string, readonly [description: string, rule: Rule]>> = {
  "no-default-provider": [
    "Clusters and GitLabs are named, never taken from the machine's settings.",
    noDefaultProvider,
  ],
  "no-plain-secret": ["Credentials are in Secrets and masked variables only.", noPlainSecret],
  "repositories-protected": ["Repositories are not deleted with the stack.", repositoriesProtected],
  "tokens-expire": ["Every token has an expiry.", tokensExpire],
  "endpoint-restricted": ["API servers are not open to the internet.", endpointRestricted],
  "secrets-encrypted": ["Secrets of clusters are encrypted with a key.", secretsEncrypted],
  "no-wildcard-principals": ["No policy in AWS is for everybody.", noWildcardPrincipals],
  "namespaces-labelled": ["Every namespace says what it is part of.", namespacesLabelled],
};

/** What every stack keeps to. */
export const rules: readonly ResourceValidationPolicy[] = Object.entries(table).map(([name, [description, rule]]) => ({
  name,
  description,
  validateResource: (resource, report) => {
    const wrong = rule(resource);
    if (wrong !== undefined) report(`${resource.name} ${wrong}`);
  },
}));

/** Path of the first credential. undefined: none */
function credentialIn(value: unknown, path = ""): string | undefined {
  if (typeof value === "string") return CREDENTIAL.test(value) ? path : undefined;
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = credentialIn(inner, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}

/** The stack's own GitLab is deleted with it. */
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

function isForEverybody({ Effect, Principal }: Statement): boolean {
  if (Effect !== "Allow" || Principal === undefined || Principal === null) return false;
  const named = typeof Principal === "object" ? Object.values(Principal).flat() : [Principal];
  return named.includes("*");
}
