/**
 * Reads `application/x-www-form-urlencoded` and queries with GitLab's brackets: `a[]=1`, `filter[environment_scope]=x`,
 * `allowed_to_push[][access_level]=30`.
 */
export function parseForm(text: string): Record<string, unknown> {
  return placeAll(new URLSearchParams(text));
}

/**
 * Reads `multipart/form-data`, fields and files alike: a file's content is its value.
 *
 * @param type the Content-Type with its boundary; without one the form is empty
 * @see https://datatracker.ietf.org/doc/html/rfc7578
 */
export function parseMultipart(body: Buffer, type: string): Record<string, unknown> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return {};
  const pairs: [string, string][] = [];
  // As latin1 one byte is one character, so that nothing is lost before the parts are cut.
  for (const part of `\r\n${body.toString("latin1")}`.split(`\r\n--${boundary}`).slice(1, -1)) {
    const end = part.indexOf("\r\n\r\n");
    const head = Buffer.from(part.slice(0, Math.max(0, end)), "latin1").toString();
    const name = /^content-disposition:[^\r\n]*[; ]name="([^"]*)"/im.exec(head)?.[1];
    if (end >= 0 && name !== undefined) pairs.push([name, Buffer.from(part.slice(end + 4), "latin1").toString()]);
  }
  return placeAll(pairs);
}

function placeAll(pairs: Iterable<readonly [string, string]>): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  for (const [key, value] of pairs) {
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
