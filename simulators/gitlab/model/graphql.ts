interface Field {
  readonly name: string;
  readonly fields: readonly Field[] | undefined;
}

/**
 * Answers a GraphQL query from plain data: names and nesting, no arguments, fragments or mutations.
 * Clients ask who they are by GraphQL; everything else is REST.
 *
 * @see https://spec.graphql.org/October2021/#sec-Language.Operations
 */
export function answerQuery(query: string, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    const words = query.replace(/^\s*query\b[^{]*/, "").match(/[{}]|[A-Za-z_]\w*|[^\s,{}]/g) ?? [];
    const [root, ...rest] = readFields(words, 0);
    if (rest[0] !== words.length) throw new Error("the query goes on after its end");
    return { data: select(data, root, "Query") };
  } catch (error) {
    return { errors: [{ message: (error as Error).message }] };
  }
}

function readFields(words: readonly string[], start: number): [readonly Field[], number] {
  if (words[start] !== "{") throw new Error(`expected "{", got "${words[start] ?? "the end"}"`);
  const found: Field[] = [];
  for (let at = start + 1; at < words.length; ) {
    const name = words[at] ?? "";
    if (name === "}") return [found, at + 1];
    if (!/^\w+$/.test(name)) throw new Error(`"${name}" is not served here`);
    const nested = words[at + 1] === "{" ? readFields(words, at + 1) : undefined;
    found.push({ name, fields: nested?.[0] });
    at = nested?.[1] ?? at + 1;
  }
  throw new Error("the query ends too early");
}

function select(
  data: Readonly<Record<string, unknown>>,
  fields: readonly Field[],
  type: string,
): Record<string, unknown> {
  const pairs = fields.map(({ name, fields: inner }) => {
    if (!Object.hasOwn(data, name)) throw new Error(`Field '${name}' doesn't exist on type '${type}'`);
    const value = data[name];
    if (inner === undefined || value === null) return [name, value];
    return [name, select(value as Record<string, unknown>, inner, name)];
  });
  return Object.fromEntries(pairs);
}
