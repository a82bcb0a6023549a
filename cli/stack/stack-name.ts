import { InvalidArgumentError } from "commander";

/**
 * A stack's name from the command line. It is part of paths, and `down` deletes what is there: Pulumi's own rule, without
 * names of only dots.
 *
 * @throws InvalidArgumentError
 */
export function stackName(text: string): string {
  if (/^(?!\.+$)[A-Za-z0-9_.-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError("Letters, digits, '-', '_' and '.'.");
}
