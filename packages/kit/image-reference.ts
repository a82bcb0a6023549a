const domainPart = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";
const port = "(:[0-9]+)?";
/**
 * First part of a name that is a registry: it has a dot, a port or an upper-case letter, or it is
 * `localhost` or an IPv6 address.
 */
const registry = [
  `${domainPart}(\\.${domainPart})+${port}`,
  `${domainPart}:[0-9]+`,
  `[a-z0-9-]*[A-Z][A-Za-z0-9-]*`,
  `localhost`,
  `\\[[A-Fa-f0-9:]+\\]${port}`,
].join("|");
const pathPart = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";
const tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const digest = "(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})";

/** Pattern of an image name without tag and digest. @see imageReference */
export const imageName = `^((${registry})/)?${pathPart}(/${pathPart})*$`;

/**
 * Pattern of an image reference, as container runtimes accept it: only the registry may have
 * upper-case letters.
 *
 * @see https://github.com/distribution/reference/blob/main/regexp.go
 */
export const imageReference = `${imageName.slice(0, -1)}(:${tag})?(@${digest})?$`;
