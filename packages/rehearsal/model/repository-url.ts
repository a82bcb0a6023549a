/**
 * Normalised URL of a repository, so that `git@host:group/app.git` and `https://host/group/app` are
 * equal: the host in lower case and the path, without credentials, port and `.git`.
 */
export function sameRepository(url: string): string {
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/.exec(url);
  const [, host = "", path = ""] = scp ?? /^[a-z+]+:\/\/(?:[^@/]*@)?([^:/]+)(?::\d+)?\/(.*)$/i.exec(url) ?? [];
  if (host === "") return url;
  return `${host.toLowerCase()}/${path
    .replace(/^\/+/, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")}`;
}

/**
 * URLs by which a source may name the repository. A URL with a variable is only known in the
 * cluster, so its text is compared.
 */
export function spellingsOf(url: string): string[] {
  const same = sameRepository(url);
  if (same === url) return [];
  const [host = "", ...path] = same.split("/");
  const addresses = [`https://${same}`, `ssh://git@${host}/${path.join("/")}`];
  return addresses.flatMap((address) => [address, `${address}.git`, `${address}/`]);
}
