import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";

/** Output of minikube with `-o json`: one CloudEvent a line. */
export type MinikubeEvent =
  | { readonly kind: "step"; readonly name: string; readonly message: string; readonly at: string; readonly of: string }
  | { readonly kind: "download"; readonly artifact: string }
  | { readonly kind: "info" | "warning"; readonly message: string }
  | {
      readonly kind: "error";
      /** `PROVIDER_DOCKER_NOT_RUNNING`; empty for an error that does not end the command. */
      readonly name: string;
      readonly message: string;
      readonly advice: string;
      readonly url: string;
      /** Addresses of known issues. */
      readonly issues: string;
      /** undefined: the command continues. */
      readonly exitCode: number | undefined;
    };

const text = z.string().default("");
const data = z.object({
  ...{ name: text, message: text, currentstep: text, totalsteps: text, artifact: text },
  ...{ advice: text, url: text, issues: text, exitcode: text },
});
const cloudEvent = z.object({ type: z.string(), data });
const PREFIX = "io.k8s.sigs.minikube.";

/**
 * One line of `minikube … -o json`.
 *
 * @returns undefined for a line that is not an event, such as output of a program that minikube
 *   runs, and for the progress of a download
 * @see https://minikube.sigs.k8s.io/docs/contrib/json_output/
 */
export function parseEvent(line: string): MinikubeEvent | undefined {
  const parsed = cloudEvent.safeParse(jsonOf(line));
  if (!parsed.success || !parsed.data.type.startsWith(PREFIX)) return undefined;
  const { name, message, currentstep, totalsteps, artifact, advice, url, issues, exitcode } = parsed.data.data;
  switch (parsed.data.type.slice(PREFIX.length)) {
    case "step":
      return { kind: "step", name, message, at: currentstep, of: totalsteps };
    case "download":
      return { kind: "download", artifact };
    case "info":
      return { kind: "info", message };
    case "warning":
      return { kind: "warning", message };
    case "error":
      return {
        ...{ kind: "error", name, message, advice, url, issues },
        exitCode: exitcode === "" ? undefined : Number(exitcode),
      };
    default:
      return undefined;
  }
}

/** A line of progress for people; undefined for any other event. */
export function progressOf(event: MinikubeEvent): string | undefined {
  switch (event.kind) {
    case "step":
      // minikube adds dots: "Booting up control plane ..."
      return `${event.at === "" ? "" : `${event.at}/${event.of} `}${event.message.replace(/[\s.]*$/, "")}`;
    case "download":
      return `downloading ${event.artifact}`;
    default:
      return undefined;
  }
}

/**
 * Why a minikube command failed, with minikube's own reason and advice.
 *
 * @param said its events, in order
 * @param command without the options that this program adds: `minikube start`
 * @param rest its standard error
 */
export function failureOf(said: readonly MinikubeEvent[], command: string, profile: string, rest: string): UserError {
  const errors = said.filter((event) => event.kind === "error");
  // minikube reports some harmless messages as errors; the error that ends the command has an exit code.
  const last = errors.findLast(({ exitCode }) => exitCode !== undefined);
  const where = `${command}, profile ${profile}`;
  if (!last) {
    // A failed deletion ends with an error without an exit code, and writes its log to standard error.
    const ending = said.at(-1);
    const spoken = errors.findLast(({ message }) => message !== "")?.message ?? "";
    const words = ending?.kind === "error" && ending.message !== "" ? tail(ending.message) : tail(rest) || spoken;
    return new UserError(`minikube failed: ${words || "it gave no reason"}`, where, logs(profile), { code: "TIM-321" });
  }
  const name = last.name ? ` (${last.name})` : "";
  const fix = [last.advice, last.url && `see ${last.url}`, last.issues]
    .filter((part) => part !== "")
    .join("\n         ");
  return new UserError(`${last.message}${name}`, where, fix || logs(profile), { code: "TIM-321" });
}

/** The last lines, without the headings `stdout:` and `stderr:` of a failed command. */
function tail(text: string): string {
  const lines = text.split("\n").filter((line) => !/^\s*((stdout|stderr):)?\s*$/.test(line));
  return lines.slice(-4).join(" | ");
}

function logs(profile: string): string {
  return `see minikube logs -p ${profile}`;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
