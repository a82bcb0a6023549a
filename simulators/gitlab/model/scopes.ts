/**
 * What a personal access token can be made for.
 *
 * @see https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes
 */
export const personalScopes: readonly string[] = [
  "api",
  "read_api",
  "read_user",
  "read_repository",
  "write_repository",
  "read_registry",
  "write_registry",
  "read_virtual_registry",
  "write_virtual_registry",
  "create_runner",
  "manage_runner",
  "k8s_proxy",
  "self_rotate",
  "ai_features",
  "sudo",
  "admin_mode",
  "read_service_ping",
];

/** Scopes of a project or group access token. */
export const resourceScopes: readonly string[] = personalScopes.filter(
  (scope) => !["read_user", "sudo", "admin_mode", "read_service_ping"].includes(scope),
);

/** What a deploy token can be made for. @see https://docs.gitlab.com/user/project/deploy_tokens/#scope */
export const deployScopes: readonly string[] = [
  "read_repository",
  "read_registry",
  "write_registry",
  "read_virtual_registry",
  "write_virtual_registry",
  "read_package_registry",
  "write_package_registry",
];

/** Scopes of which one suffices for a REST call; reading needs less. */
export function scopesForMethod(method: string): readonly string[] {
  return method === "GET" || method === "HEAD" ? ["api", "read_api"] : ["api"];
}

/** Whether a token with these scopes may make a call that needs one of those. */
export function suffices(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((scope) => held.includes(scope));
}

/** What a token may do with Git over HTTPS. */
export function gitAbilities(scopes: readonly string[]): { readonly download: boolean; readonly push: boolean } {
  return {
    download: suffices(scopes, ["api", "read_api", "read_repository", "write_repository"]),
    push: suffices(scopes, ["api", "write_repository"]),
  };
}
