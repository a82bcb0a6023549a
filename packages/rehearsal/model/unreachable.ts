/** Error messages of Go's network code and of registries when a source cannot be read. */
const words = [
  /\bdial (tcp|udp)\b/,
  /\bproxyconnect\b/,
  /\bno such host\b/,
  /\bconnection (refused|reset)\b/,
  /\bnetwork is unreachable\b/,
  /\bno route to host\b/,
  /\b(i\/o|TLS handshake|Client\.)\s*timeout\b/i,
  /\bdeadline exceeded\b/,
  /\b(x509|tls):/,
  /\bEOF\b/,
  /\bcredential not found\b/,
  /\b(unauthorized|UNAUTHORIZED|denied|DENIED|forbidden|Forbidden|TOOMANYREQUESTS|Too Many Requests)\b/,
  /\b(status code|response|status|code)\W{1,3}(40[13]|429|5\d\d)\b/,
  /\b(40[13]|429|5\d\d) (Unauthorized|Forbidden|Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout)\b/,
];

/** Whether kustomize could not read a base of another server: over HTTP, or with git. */
export function isRemoteBaseOutOfReach(message: string): boolean {
  if (!/^kustomize build failed\b/.test(message)) return false;
  return isUnreachable(message) || /\b(unable to access|Could not resolve host)\b/.test(message);
}

/**
 * Whether a source failed because its server could not be reached or denied access, so that its
 * content is not known.
 */
export function isUnreachable(message: string): boolean {
  return words.some((one) => one.test(message));
}
