import { UserError } from "@timonier/kit/user-error";
import type { ProgramRecord } from "@timonier/manifests/program-record";
import { parse } from "yaml";

/** What the check of dependencies needs. */
export interface DependencyFacts {
  readonly from: string;
  readonly to: string;
  /** Names of the promoted applications, with the text of their Kustomization for `to`. */
  readonly promoted: ReadonlyMap<string, string>;
  /** Records of `from` at the head, and of `to` after the promotion. */
  readonly records: { readonly from: ProgramRecord; readonly after: ProgramRecord };
}

/**
 * Checks that no promoted application depends on one whose own change is not promoted with it.
 *
 * @throws UserError with the applications to add
 */
export function checkDependencies({ from, to, promoted, records }: DependencyFacts): void {
  const owners = new Map([...records.from].map(([name, { kustomization }]) => [kustomization, name]));
  const behind = [...promoted].flatMap(([name, text]) =>
    dependenciesOf(text).flatMap((kustomization) => {
      const other = owners.get(kustomization);
      if (other === undefined || promoted.has(other)) return [];
      const same = records.from.get(other)?.synthesis === records.after.get(other)?.synthesis;
      return same ? [] : [{ name, other }];
    }),
  );
  if (behind.length === 0) return;
  const needed = [...new Set(behind.map(({ other }) => other))];
  throw new UserError(
    behind.map(({ name, other }) => `${name} depends on ${other}, which differs between ${from} and ${to}`).join("; "),
    "the applications that were named",
    `promote them together: npx timonier promote ${[...promoted.keys(), ...needed].join(" ")} --to ${to}`,
    { code: "TIM-862" },
  );
}

function dependenciesOf(kustomization: string): string[] {
  // A file of a Kustomization may begin with the namespace that the application owns.
  const documents = kustomization.split(/^---$/m).map((text) => parse(text) as unknown);
  return documents.flatMap((document) => {
    const { kind, spec } = (document ?? {}) as {
      kind?: string;
      spec?: { dependsOn?: ReadonlyArray<{ name: string }> };
    };
    return kind === "Kustomization" ? (spec?.dependsOn ?? []).map(({ name }) => name) : [];
  });
}
