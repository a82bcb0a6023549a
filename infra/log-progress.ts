import * as pulumi from "@pulumi/pulumi";

/** Shows a line below the stack while an update runs. Pulumi does not keep it. */
export function logProgress(line: string): void {
  void pulumi.log.info(line, undefined, undefined, true);
}
