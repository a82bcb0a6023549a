/** A place of a variable in a tree. */
export interface Occurrence {
  /** Key of the field, if the line contains it. */
  readonly key?: string;
  /** The word around the variable, with all variables in it: `registry.example.com/app:${TAG}`. */
  readonly text: string;
}

/** Fields of kustomizations and patches whose values are copied to other fields. */
const carriers = /^(value|newTag|newName|digest|namePrefix|nameSuffix|namespace|fieldPath|literals|patch|inline)$/;

/** `${NAME}`, with the functions of drone/envsubst. */
const variable = /\$\{(\w+)[^}]*\}/g;

/** Characters that end a word in a manifest. A variable does not end it. */
const wordAround = /(?:\$\{[^}]*\}|[^\s,{}[\]"'])*\$\{(\w+)[^}]*\}(?:\$\{[^}]*\}|[^\s,{}[\]"'])*/g;

/** Places of the variables in files, by name. */
export function occurrencesIn(texts: readonly string[]): ReadonlyMap<string, readonly Occurrence[]> {
  const found = new Map<string, Occurrence[]>();
  // Replacements copy parts of fields to fields of any name.
  const anywhere = texts.some((text) => /^replacements:/m.test(text));
  for (const text of texts) {
    for (const line of text.includes("${") ? text.split("\n") : []) {
      for (const { 0: word, index } of line.matchAll(wordAround)) {
        const key = anywhere ? undefined : keyBefore(line.slice(0, index));
        const entry = { text: word, ...(key !== undefined && { key }) };
        const literal = /^-\s/.test(line.trim()) ? /^[\w.-]*\w=(.+)$/.exec(word)?.[1] : undefined;
        for (const name of variablesIn(word)) {
          const known = found.get(name) ?? [];
          known.push(entry, ...(literal === undefined ? [] : [{ text: literal }]));
          found.set(name, known);
        }
      }
    }
  }
  return found;
}

function keyBefore(text: string): string | undefined {
  const key = /(?:^|[\s,{["'-])([\w./-]+)["']?\s*:\s+["']?[^:]*$/.exec(text)?.[1];
  return key === undefined || carriers.test(key) ? undefined : key;
}

function variablesIn(text: string): Set<string> {
  return new Set([...text.matchAll(variable)].map(([, name = ""]) => name));
}

/** A variable's value, and whether it comes from a Secret. */
export interface Value {
  readonly text: string;
  readonly secret: boolean;
}

/** A word after substitution: as in objects, and as it may be shown. */
export interface Expanded {
  readonly found: string;
  readonly shown: string;
}

/** Placeholder of a hidden value until everything is hidden. It contains no value of a Secret. */
export const HIDDEN = "\uE000";

/**
 * The result of the substitution in a word, in the parts between unknown variables.
 *
 * @returns undefined when a function of envsubst changes a value of a Secret, so that the whole field has to be hidden
 */
export function expand(word: string, values: ReadonlyMap<string, Value>): Expanded[] | undefined {
  const parts: Expanded[] = [{ found: "", shown: "" }];
  const add = (found: string, shown: string) => {
    const last = parts.pop() as Expanded;
    parts.push({ found: last.found + found, shown: last.shown + shown });
  };
  let from = 0;
  for (const match of word.matchAll(/\$\{(\w+)([^}]*)\}/g)) {
    const [whole, name = "", operation = ""] = match;
    const literal = word.slice(from, match.index);
    add(literal, literal);
    from = match.index + whole.length;
    const value = values.get(name);
    const text = value && operated(value.text, operation);
    if (value?.secret && text === undefined) return undefined;
    if (text === undefined) parts.push({ found: "", shown: "" });
    else add(text, value?.secret ? HIDDEN : text);
  }
  add(word.slice(from), word.slice(from));
  return parts.filter(({ found, shown }) => found !== "" && shown.includes(HIDDEN));
}

/** A value after the functions of bash. @see https://github.com/fluxcd/pkg/tree/main/envsubst */
function operated(value: string, operation: string): string | undefined {
  if (operation === "" || /^:?[-=+?]/.test(operation)) return value;
  if (operation === "^^") return value.toUpperCase();
  if (operation === ",,") return value.toLowerCase();
  if (operation === "^") return value.charAt(0).toUpperCase() + value.slice(1);
  if (operation === ",") return value.charAt(0).toLowerCase() + value.slice(1);
  const [, offset, length] = /^:\s*(\d+)(?::(\d+))?$/.exec(operation) ?? [];
  if (offset === undefined) return undefined;
  return value.slice(Number(offset), length === undefined ? undefined : Number(offset) + Number(length));
}
