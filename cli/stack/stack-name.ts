import { InvalidArgumentError } from "commander";

/**
 * Checks the name of a stack from the command line. The name is part of paths that `down` deletes,
 * so Pulumi's rule applies, and names that consist of dots are rejected.
 *
 * @throws InvalidArgumentError
 */
export function stackName(text: string): string {
  if (/^(?!\.+$)[A-Za-z0-9_.-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("Letters, digits, '-', '_' and '.'.");
}
