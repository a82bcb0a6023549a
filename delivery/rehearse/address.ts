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
