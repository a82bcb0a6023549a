/** The part of Pulumi.yaml that is read here. */
export interface ProjectFile {
  readonly config?: Readonly<Record<string, { readonly default?: unknown }>>;
}

/**
 * What the engine passes to the program: a stack's settings over the defaults of Pulumi.yaml, flat,
 * each as text. Commands read settings before the engine runs, so they need the same result without
 * it.
 *
 * @param stack settings as they are written in the stack's file
 */
export function engineConfig(project: ProjectFile, stack: Readonly<Record<string, unknown>>): Record<string, string> {
  const defaults = Object.entries(project.config ?? {}).flatMap(([key, { default: value }]) =>
    value === undefined ? [] : [[`timonier:${key}`, textOf(value)]],
  );
  const written = Object.entries(stack).map(([key, value]) => [
    key.includes(":") ? key : `timonier:${key}`,
    textOf(value),
  ]);
  return Object.fromEntries([...defaults, ...written]);
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
