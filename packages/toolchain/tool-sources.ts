import { UserError } from "@timonier/kit/user-error";

/** A way to a tool: what PATH has, the vendor's release, a build from source. */
export type Way = "path" | "vendor" | "source";

/** From the cheapest to the dearest. */
export const allWays: readonly Way[] = ["path", "vendor", "source"];

/**
 * The ways to try, in order.
 *
 * @param setting value of TIMONIER_TOOLS_FROM, a comma list @default all ways
 * @throws UserError for an unknown way
 */
export function parseWays(setting: string | undefined): readonly Way[] {
  const named = (setting ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  if (named.length === 0) return allWays;
  for (const each of named) {
    if (!allWays.includes(each as Way)) {
      throw new UserError(
        `unknown way to a tool: ${each}`,
        "TIMONIER_TOOLS_FROM",
        `name some of ${allWays.join(", ")}`,
      );
    }
  }
  return [...new Set(named)] as Way[];
}

/** What each way said about a tool that it could not give. */
export type Refusals = Partial<Record<Way, string>>;

/** One error for all tools that can be had in no way: each with what every way said, equal answers told once. */
export function unobtainable(
  missing: readonly { readonly name: string; readonly version: string; readonly refusals: Refusals }[],
  cache: string,
): UserError {
  const groups = new Map<string, string[]>();
  for (const { name, version, refusals } of missing) {
    const said = allWays
      .map((way) => `${labels[way]} ${refusals[way] ?? "not tried (TIMONIER_TOOLS_FROM)"}`)
      .join("\n    ");
    groups.set(said, [...(groups.get(said) ?? []), `${name} ${version}`]);
  }
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
  const where = [...groups].map(([said, members]) => `${members.join(", ")}\n    ${said}`).join("\n  ");
  return new UserError(`${names}: can be had in no way`, `${where}\n  cache ${cache}`, fixFor(missing));
}

const labels: Readonly<Record<Way, string>> = {
  path: "PATH:  ",
  vendor: "vendor:",
  source: "source:",
};

function fixFor(missing: readonly { readonly refusals: Refusals }[]): string {
  const noGo = missing.some(
    ({ refusals }) => /^Go /.test(refusals.source ?? "") || /not on PATH/.test(refusals.source ?? ""),
  );
  return noGo
    ? "install Go 1.21 or newer (https://go.dev/dl), put the tool on PATH, or let this machine reach the vendor"
    : "put the tool on PATH, or let this machine reach the vendor or a Go module proxy (GOPROXY), then run it again";
}
