/**
 * Expands `$(NAME)` as Kubernetes does: unknown names stay as they are, and `$$` is a dollar sign.
 *
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function expandReferences(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    return (Object.hasOwn(values, name) ? values[name] : undefined) ?? whole;
  });
}
