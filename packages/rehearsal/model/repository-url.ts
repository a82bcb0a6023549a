/**
 * One spelling of a repository's address, so that `git@host:group/app.git` and `https://host/group/app` are the same: the host in small
 * letters and the path, without credentials, port and `.git`.
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

/** Addresses by which a source may name the repository: where its own is only known in the cluster, they are told apart by their text. */
export function spellingsOf(url: string): string[] {
  const same = sameRepository(url);
  if (same === url) return [];
  const [host = "", ...path] = same.split("/");
  const addresses = [`https://${same}`, `ssh://git@${host}/${path.join("/")}`];
  return addresses.flatMap((address) => [address, `${address}.git`, `${address}/`]);
}
