import type { FileDiff } from "../git/diff.js";
import { countLines, type PatchLine, patchLines } from "./hunks.js";
import { Scroll } from "./parts.js";

/** Lines of one file, and of one page, that are shown at most: the rest is one link away, whole. */
const mostInFile = 2_000;
const mostInPage = 10_000;

/** A difference between two commits. @param whole address of the whole difference as text */
export function Diff(props: {
  changes: readonly FileDiff[];
  whole: string;
  file: (change: FileDiff) => string | undefined;
}) {
  const { changes, whole } = props;
  let budget = mostInPage;
  const files = changes.map((change) => {
    const lines = patchLines(change.patch);
    const shown = Math.min(lines.length, mostInFile, Math.max(0, budget));
    budget -= shown;
    return { change, lines: lines.slice(0, shown), hidden: lines.length - shown, ...countLines(change.patch) };
  });
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
      {files.map(({ change, lines, hidden, added, removed }, index) => (
        <details class="box difffile" open id={`file-${index + 1}`} key={change.newPath}>
          <summary>
            <span class="filename">
              {change.status === "renamed" && change.oldPath !== change.newPath ? `${change.oldPath} → ` : ""}
              {change.newPath}
            </span>{" "}
            <span class="muted">{describe(change)}</span> <Counts added={added} removed={removed} />
          </summary>
          <FileLink href={props.file(change)} />
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
              {hidden} more lines are not shown here: <a href={whole}>the whole diff as text</a>
            </p>
          )}
        </details>
      ))}
    </>
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
