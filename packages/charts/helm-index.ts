import { nearest } from "@timonier/kit/nearest";
import { UserError } from "@timonier/kit/user-error";
import { parse } from "yaml";
import { z } from "zod";
import { notFound } from "./chart-version.js";

const entry = z.object({
  version: z.string(),
  digest: z.string().optional(),
  urls: z.array(z.string()).min(1),
});

/** One version of a chart in the index of a repository. */
export type IndexEntry = z.output<typeof entry>;

/**
 * The versions of a chart in `index.yaml` of a repository. An entry that cannot be used is left out.
 *
 * @param where address of the repository, for errors
 * @throws UserError when the text is not an index, or has no such chart
 * @see https://helm.sh/docs/topics/chart_repository/#the-index-file
 */
export function entriesOf(text: string, chart: string, where: string): IndexEntry[] {
  const entries = entriesIn(ownLines(text, chart) ?? text, where);
  const own = entries[chart];
  if (!Array.isArray(own)) {
    const near = nearest(chart, Object.keys(entriesIn(text, where)));
    throw notFound(
      `the repository has no chart ${chart}`,
      where,
      near ? `did you mean ${near}?` : "check the name of the chart and the address of the repository",
    );
  }
  return own.flatMap((one) => {
    const { data } = entry.safeParse(one);
    return data ? [data] : [];
  });
}

function entriesIn(text: string, where: string): Readonly<Record<string, unknown>> {
  const index = parsed(text);
  const entries = typeof index === "object" && index !== null && "entries" in index ? index.entries : undefined;
  if (typeof entries === "object" && entries !== null) return entries as Record<string, unknown>;
  throw new UserError(
    "the address has no index of charts",
    `${where}/index.yaml`,
    "use the address of a chart repository, followed by the name of the chart",
    { code: "TIM-823" },
  );
}

function parsed(text: string): unknown {
  try {
    return text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text, { logLevel: "error" });
  } catch {
    return undefined;
  }
}

/**
 * The part of an index that `helm repo index` wrote for one chart: indexes have up to 20 MB, and
 * parsing all of that takes many seconds. Undefined for an index of another form.
 */
function ownLines(text: string, chart: string): string | undefined {
  const begin = text.indexOf(`\n  ${chart}:\n`);
  if (begin < 0 || !/^entries:$/m.test(text.slice(0, begin + 1))) return undefined;
  const rest = text.slice(begin + 1);
  const end = /\n(?! {2}- | {3,}|\n)/.exec(rest.slice(rest.indexOf("\n") + 1));
  return `entries:\n${end ? rest.slice(0, rest.indexOf("\n") + 1 + end.index) : rest}\n`;
}
