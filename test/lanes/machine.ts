import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * What a lane's result depends on besides files of the checkout: a browser that is installed later,
 * or another user, makes tests run that were skipped before.
 */
export function describeMachine(env: NodeJS.ProcessEnv = process.env): string {
  const has = (program: string) =>
    (env.PATH ?? "").split(delimiter).some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  const programs = ["chromium", "go", "python3"].filter(has);
  return [process.platform, process.arch, process.versions.node, `uid ${process.getuid?.()}`, ...programs].join(" ");
}
