import { refName } from "@timonier/kit/kube-discovery";
import { diffSize, graveChanges, harmlessChanges, isGrave, isSecret } from "../digest.js";
import type { ObjectChange, Provenance, Report } from "../model.js";
import { isRoutine } from "../routine.js";
import { count } from "../text.js";
import type { Section } from "./cut.js";
import { code, codeElement, diffBlock } from "./inert.js";

/** Changes that need attention first, then the others. */
export function changeSections(report: Report, longest: number): readonly (Section | undefined)[] {
  const list = (title: string, changes: readonly ObjectChange[], importance: number): Section | undefined =>
    changes.length === 0
      ? undefined
      : {
          noun: "objects",
          importance,
          head: `#### ${title}\n\n`,
          entries: changes.map((change) => entry(change, longest)),
          gap: "\n",
          holes: false,
        };
  const harmless = harmlessChanges(report);
  return [
    list("Deleted, recreated or rejected", graveChanges(report), 1),
    list(
      "Created or updated",
      harmless.filter((change) => !isRoutine(change)),
      7,
    ),
    routineSection(harmless.filter(isRoutine), longest),
  ];
}

/** How many objects of the routine section are named. */
const NAMED = 10;

/** One line for all routine changes. */
function routineSection(changes: readonly ObjectChange[], longest: number): Section | undefined {
  if (changes.length === 0) return undefined;
  const names = changes.slice(0, NAMED).map(({ ref }) => code(refName(ref), longest));
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : "";
  const head = `#### Routine\n\n${count(changes.length, "object")} with another patch version, digest or version label only: ${names.join(", ")}${more}`;
  return { noun: "lines", importance: 7, head, entries: [], gap: "\n", holes: false };
}

function entry(change: ObjectChange, longest: number): string {
  const { action, dataLoss, owner, formerOwner, provenance, message } = change;
  const what = dataLoss ? `${action}, its data is lost` : action;
  const parts = [
    `${isGrave(change) ? `**${what}**` : what} ${code(refName(change.ref), longest)}`,
    ...(isSecret(change) ? ["(a Secret: values hidden)"] : []),
    ...(owner !== undefined ? [`by ${code(owner, longest)}`] : []),
    ...(formerOwner !== undefined ? [`formerly by ${code(formerOwner, longest)}`] : []),
    ...(provenance ? [`from ${code(place(provenance), longest)}`] : []),
  ];
  return `- ${parts.join(" ")}${message === undefined ? "" : `\\\n  ${code(message, longest)}`}`;
}

/** `apps/nginx.ts:8` */
function place({ file, line }: Provenance): string {
  return `${file}:${line}`;
}

/**
 * The folded diffs. They are dropped first when the note is too long, the long ones before the
 * short ones that follow.
 */
export function diffSection(report: Report, longest: number): Section | undefined {
  const changes = [...graveChanges(report), ...harmlessChanges(report)].filter(({ diff }) => diff !== "");
  if (changes.length === 0) return undefined;
  return {
    noun: "diffs",
    importance: 9,
    head: "#### Diffs\n\n",
    entries: changes.map((change) => folded(change, longest)),
    gap: "\n\n",
    holes: true,
  };
}

function folded({ action, ref, diff }: ObjectChange, longest: number): string {
  const { added, removed } = diffSize(diff);
  const summary = `${action} ${codeElement(refName(ref), longest)} +${added} −${removed}`;
  return `<details><summary>${summary}</summary>\n\n${diffBlock(diff)}\n\n</details>`;
}
