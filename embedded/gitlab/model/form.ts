/**
 * Reads `application/x-www-form-urlencoded` and queries with GitLab's brackets: `a[]=1`, `filter[environment_scope]=x`,
 * `allowed_to_push[][access_level]=30`.
 */
export function parseForm(text: string): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) {
    const parts = [...key.matchAll(/^[^[\]]+|\[([^[\]]*)\]/g)].map((match) => match[1] ?? match[0]);
    if (parts.length > 0 && parts.length <= 6 && !parts.includes("__proto__")) place(root, parts, value);
  }
  return root;
}

function place(into: Record<string, unknown>, [head = "", ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    into[head] = value;
  } else if (rest[0] === "") {
    if (!Array.isArray(into[head])) into[head] = [];
    append(into[head] as unknown[], rest.slice(1), value);
  } else {
    if (typeof into[head] !== "object" || into[head] === null) into[head] = Object.create(null);
    place(into[head] as Record<string, unknown>, rest, value);
  }
}

/** `a[][x]=1&a[][y]=2` is one element, `a[][x]=1&a[][x]=2` two: a repeated name begins the next one. */
function append(list: unknown[], rest: string[], value: string): void {
  const [name] = rest;
  if (name === undefined) {
    list.push(value);
    return;
  }
  const last = list.at(-1);
  if (typeof last === "object" && last !== null && !(name in last)) {
    place(last as Record<string, unknown>, rest, value);
  } else {
    const element: Record<string, unknown> = Object.create(null);
    place(element, rest, value);
    list.push(element);
  }
}
