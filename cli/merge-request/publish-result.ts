import type { Published } from "@timonier/manifests/publish";

/** What a publication did, for people. */
export function resultLine(project: string, { state, url, closed, changed, replaced = [], kept }: Published): string {
  const lines = [
    ...changed.map((path) => `\n  ${path}`),
    ...replaced.map((commit) => `\n  overwrote the commit ${commit} of another author`),
    ...(kept ? [`\n  kept branch ${kept}: it has commits of other authors`] : []),
  ].join("");
  if (state === "superseded") return `${project}: a concurrent publish was quicker; its result stays: ${url ?? ""}`;
  if (closed) return `${project}: nothing differs any more, closed ${closed}${lines}`;
  if (!url) return `${project}: nothing differs${lines}`;
  return `${project}: ${state} ${url}${lines}`;
}
