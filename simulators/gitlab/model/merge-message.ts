/** The message of a merge commit where the project has no template. */
export const defaultMergeTemplate = `Merge branch '%{source_branch}' into '%{target_branch}'

%{title}

%{issues}

See merge request %{reference}`;

/** The message of a squashed commit where the project has no template. */
export const defaultSquashTemplate = "%{title}";

/**
 * Fills the variables of a commit template. Unknown variables stay as they are; a line that holds
 * an empty variable and nothing else is left out, together with the blank line before it when one
 * follows.
 *
 * @param values by the variable's name
 * @see https://docs.gitlab.com/user/project/merge_requests/commit_templates/
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  const plain = template.replaceAll("\r", "");
  const empty = Object.keys(values).filter((name) => values[name]?.trim() === "");
  const placeholder = `%\\{(?:${empty.join("|")})\\}`;
  const shortened =
    empty.length === 0
      ? plain
      : plain
          .replace(new RegExp(`\\n\\n${placeholder}(\\n\\n|$)`, "g"), "$1")
          .replace(new RegExp(`^${placeholder}\\n?`, "gm"), "");
  return shortened.replace(/%\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
