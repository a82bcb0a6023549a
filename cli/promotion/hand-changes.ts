import { withoutMarkedImages } from "@timonier/kit/image-marker";
import { UserError } from "@timonier/kit/user-error";
import type { Tree } from "@timonier/manifests/tree";

/**
 * Checks that an application runs as its program synthesizes it.
 *
 * @param running its files at the revision that runs
 * @param synthesized its files as the program synthesizes them
 * @throws UserError with the files that differ
 */
export function checkUnchanged(name: string, environment: string, running: Tree, synthesized: Tree): void {
  const paths = [...new Set([...running.keys(), ...synthesized.keys()])].sort();
  const differing = paths.filter((path) => comparable(running.get(path)) !== comparable(synthesized.get(path)));
  if (differing.length === 0) return;
  throw new UserError(
    `${name} in ${environment} was changed by hand: ${differing.join(", ")}`,
    "the application repository",
    "make the change in apps/, publish and merge it, and promote that",
    { code: "TIM-867" },
  );
}

/** Without the tags that image automation sets. */
function comparable(text: string | undefined): string | undefined {
  return text === undefined ? undefined : withoutMarkedImages(text);
}
