import { isObject, type JsonSchema } from "./chart-content.js";

/**
 * What differs between the values of two versions of a chart: one line for each field that is new,
 * gone or has another type, sorted by path.
 */
export function schemaChanges(before: JsonSchema, after: JsonSchema): string[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was === is) return [];
    if (was === undefined) return hasNewParent(path, old, now) ? [] : [`+ ${path}: ${is}`];
    if (is === undefined) return hasNewParent(path, now, old) ? [] : [`- ${path}: ${was}`];
    return [`~ ${path}: ${was} → ${is}`];
  });
}

/** Whether the field that contains this one is missing on the same side, and already has a line. */
function hasNewParent(path: string, without: ReadonlyMap<string, string>, having: ReadonlyMap<string, string>) {
  const parent = path.replace(/(\.[^.]*|\[\])$/, "");
  return parent !== path && !without.has(parent) && having.has(parent);
}

/** A short text for the type of each field, by path. */
function fieldsOf(schema: JsonSchema): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const visit = (given: unknown, path: string, above: readonly unknown[]): void => {
    const one = resolved(schema, given);
    if (!isObject(one) || above.includes(one)) return;
    if (path !== "") fields.set(path, typeText(one));
    const below = [...above, one];
    for (const [name, property] of Object.entries(isObject(one.properties) ? one.properties : {})) {
      visit(property, path === "" ? name : `${path}.${name}`, below);
    }
    if (isObject(one.items)) visit(one.items, `${path}[]`, below);
    for (const part of Array.isArray(one.allOf) ? one.allOf : []) visit(part, path, below);
  };
  visit(schema, "", []);
  return fields;
}

function resolved(root: JsonSchema, schema: unknown): unknown {
  if (!isObject(schema) || typeof schema.$ref !== "string" || !schema.$ref.startsWith("#/")) return schema;
  const names = schema.$ref.slice(2).split("/");
  return names.reduce<unknown>((at, name) => {
    const key = name.replaceAll("~1", "/").replaceAll("~0", "~");
    return isObject(at) ? at[key] : undefined;
  }, root);
}

function typeText({ type, enum: words, anyOf, oneOf }: JsonSchema): string {
  if (Array.isArray(words)) return words.map((word) => JSON.stringify(word)).join(" | ");
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return type.join(" | ");
  const forms = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  return forms.filter(isObject).map(typeText).join(" | ") || "any";
}
