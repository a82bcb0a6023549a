import type { FileDiff } from "../git/diff.js";
import { countLines, type PatchLine, patchLines } from "../model/patch-lines.js";
import { Scroll } from "./parts.js";

/** Largest number of lines that are shown of one file and of one page; a link leads to the whole difference. */
const mostInFile = 2_000;
const mostInPage = 10_000;

/** A file of a difference as the page shows it. */
interface ShownFile {
  readonly change: FileDiff;
  readonly lines: readonly PatchLine[];
  /** Number of lines that are not shown. */
  readonly hidden: number;
  readonly added: number;
  readonly removed: number;
}

/** Cuts what is too long for a page. */
function shownFiles(changes: readonly FileDiff[]): ShownFile[] {
  let budget = mostInPage;
  return changes.map((change) => {
    const lines = patchLines(change.patch);
    const shown = Math.min(lines.length, mostInFile, Math.max(0, budget));
    budget -= shown;
    return { change, lines: lines.slice(0, shown), hidden: lines.length - shown, ...countLines(change.patch) };
  });
}

/** A difference between two commits. @param whole address of the whole difference as text */
export function Diff(props: {
  changes: readonly FileDiff[];
  whole: string;
  file: (change: FileDiff) => string | undefined;
}) {
  const { changes, whole } = props;
  const files = shownFiles(changes);
  const sum = (of: "added" | "removed") => files.reduce((total, each) => total + each[of], 0);
  return (
    <>
      <p class="bar">
        <span>
          {changes.length} changed {changes.length === 1 ? "file" : "files"}{" "}
          <Counts added={sum("added")} removed={sum("removed")} />
        </span>
        <a href={whole}>Plain diff</a>
      </p>
      {changes.length > 1 && (
        <details class="box">
          <summary>Files</summary>
          <ul class="plain">
            {files.map(({ change, added, removed }, index) => (
              <li key={change.newPath}>
                <a href={`#file-${index + 1}`}>{change.newPath}</a> <Counts added={added} removed={removed} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {files.map((file, index) => (
        <File
          key={file.change.newPath}
          id={`file-${index + 1}`}
          file={file}
          whole={whole}
          href={props.file(file.change)}
        />
      ))}
    </>
  );
}

function File(props: { id: string; file: ShownFile; whole: string; href: string | undefined }) {
  const { change, lines, hidden, added, removed } = props.file;
  return (
    <details class="box difffile" open id={props.id}>
      <summary>
        <span class="filename">
          {change.status === "renamed" && change.oldPath !== change.newPath ? `${change.oldPath} → ` : ""}
          {change.newPath}
        </span>{" "}
        <span class="muted">{describe(change)}</span> <Counts added={added} removed={removed} />
      </summary>
      <FileLink href={props.href} />
      <Lines lines={lines} />
      {change.patch === "" && (
        <p class="muted">
          {change.status === "renamed"
            ? "Renamed without changes."
            : "No lines to show: a binary file, or its mode alone."}
        </p>
      )}
      {hidden > 0 && (
        <p class="muted">
          {hidden} more lines are not shown here: <a href={props.whole}>the whole diff as text</a>
        </p>
      )}
    </details>
  );
}

function describe(change: FileDiff): string {
  const mode =
    change.oldMode === change.newMode || change.status !== "modified" ? "" : `${change.oldMode} → ${change.newMode}`;
  return [change.status === "modified" ? "" : change.status, mode].filter(Boolean).join(" ");
}

function FileLink({ href }: { href: string | undefined }) {
  return href === undefined ? null : (
    <p class="muted">
      <a href={href}>View file</a>
    </p>
  );
}

function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span class="counts">
      <span class="plus">+{added}</span> <span class="minus">−{removed}</span>
    </span>
  );
}

const signs = { added: "+", removed: "-", context: " ", hunk: "", remark: "" } as const;

function Lines({ lines }: { lines: readonly PatchLine[] }) {
  return (
    <Scroll label="Changed lines">
      <table class="code diff">
        <tbody>
          {lines.map((line, index) => (
            <tr class={line.kind} key={index}>
              <td class="number" data-number={line.before} />
              <td class="number" data-number={line.after} />
              <td>
                <pre>
                  <span class="sign" data-sign={signs[line.kind]} />
                  {line.text}
                </pre>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
