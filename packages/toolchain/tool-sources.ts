import { UserError } from "@timonier/kit/user-error";

/**
 * Where a tool comes from: `path` (installed on this machine), `vendor` (its release) or `source`
 * (built by Go).
 */
export type ToolSource = "path" | "vendor" | "source";

/** In the order in which they are tried: the quickest first. */
export const toolSources: readonly ToolSource[] = ["path", "vendor", "source"];

/**
 * The tool sources to try, in order.
 *
 * @param setting value of TIMONIER_TOOLS_FROM, a comma-separated list @default all tool sources
 * @throws UserError for an unknown tool source
 */
export function parseToolSources(setting: string | undefined): readonly ToolSource[] {
  const named = (setting ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  if (named.length === 0) return toolSources;
  for (const each of named) {
    if (!toolSources.includes(each as ToolSource)) {
      throw new UserError(
        `unknown tool source: ${each}`,
        "TIMONIER_TOOLS_FROM",
        `use one or more of ${toolSources.join(", ")}, separated by commas`,
        { code: "TIM-204" },
      );
    }
  }
  return [...new Set(named)] as ToolSource[];
}

/** Why a tool could not be obtained, by tool source. */
export type Refusals = Partial<Record<ToolSource, string>>;

/** One error for all tools that could not be obtained; tools with the same reasons are listed together. */
export function unobtainable(
  missing: readonly { readonly name: string; readonly version: string; readonly refusals: Refusals }[],
  cache: string,
): UserError {
  const groups = new Map<string, string[]>();
  for (const { name, version, refusals } of missing) {
    const reasons = toolSources
      .map((source) => `${labels[source]} ${refusals[source] ?? "not tried (TIMONIER_TOOLS_FROM)"}`)
      .join("\n    ");
    groups.set(reasons, [...(groups.get(reasons) ?? []), `${name} ${version}`]);
  }
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
  const where = [...groups].map(([reasons, members]) => `${members.join(", ")}\n    ${reasons}`).join("\n  ");
  return new UserError(`${names}: could not be obtained`, `${where}\n  cache ${cache}`, fixFor(missing), {
    code: "TIM-205",
  });
}

const labels: Readonly<Record<ToolSource, string>> = {
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
    : "put the tool on PATH, or let this machine reach the vendor or a Go module proxy (GOPROXY), then run the command again";
}
