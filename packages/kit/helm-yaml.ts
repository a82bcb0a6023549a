import { parse } from "yaml";

/**
 * Reads YAML as Helm does: version 1.1, in which `yes` is a boolean, but a date stays a text.
 *
 * @throws Error for text that is not YAML
 */
export function parseHelmYaml(text: string): unknown {
  return parse(text, {
    version: "1.1",
    logLevel: "error",
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !tag.tag.endsWith(":timestamp")),
  });
}
