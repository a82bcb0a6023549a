import { posix } from "node:path";
import { entryAt, readBlob } from "../git/queries.js";
import { repositoryOf } from "../http/server-context.js";
import { notFound } from "../model/problem.js";
import { type CodePlace, codeAt, PathCrumbs } from "./code.js";
import { renderMarkdown } from "./markdown.js";
import { Markdown, Scroll } from "./parts.js";
import { field, get, links, type PageAnswer, type PageRoute, type Visit } from "./visit.js";

/** Largest file that is shown in a page, in bytes. */
const largest = 1024 * 1024;

const pictures: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".svg": "image/svg+xml",
};

/** Files in a page, and raw. */
export const filePages: readonly PageRoute[] = [
  get("/p/:id/-/blob/*", blobPage),
  get("/p/:id/-/raw/*", async (visit) => {
    const { content, place } = await fileAt(visit);
    const picture = pictures[posix.extname(place.path).toLowerCase()];
    const type = picture ?? (content.includes(0) ? "application/octet-stream" : "text/plain; charset=utf-8");
    return {
      kind: "bytes",
      type,
      content,
      ...(type === "application/octet-stream" && { download: posix.basename(place.path) }),
    };
  }),
];

async function fileAt(visit: Visit): Promise<{ readonly place: CodePlace; readonly content: Buffer }> {
  const place = await codeAt(visit);
  const repository = repositoryOf(visit.call.context, place.project);
  const entry = place.path === "" ? undefined : await entryAt(repository, place.commit, place.path);
  if (entry?.type !== "blob") throw notFound("File");
  return { place, content: await readBlob(repository, entry.id) };
}

async function blobPage(visit: Visit): Promise<PageAnswer> {
  const { place, content } = await fileAt(visit);
  const { project, ref, path } = place;
  const to = links(visit, project);
  const markdown = /\.(md|markdown)$/i.test(path);
  const plain = field(visit, "plain") === "1";
  return {
    kind: "page",
    title: `${path} · ${project.name}`,
    project,
    part: "files",
    body: (
      <>
        <h1>{posix.basename(path)}</h1>
        <div class="bar">
          <PathCrumbs project={project} to={to} at={ref} path={path} />
          <span class="line">
            <span class="muted">{size(content.length)}</span>{" "}
            {markdown && (
              <a href={plain ? to.blob(ref, path) : `${to.blob(ref, path)}?plain=1`}>{plain ? "Rendered" : "Source"}</a>
            )}{" "}
            <a href={to.raw(ref, path)}>Raw</a> <a href={to.commits(`${ref}/${path}`)}>History</a>
          </span>
        </div>
        <section class="box">{fileContent(visit, place, content, markdown && !plain)}</section>
      </>
    ),
  };
}

function fileContent(visit: Visit, { project, ref, path }: CodePlace, content: Buffer, rendered: boolean) {
  const to = links(visit, project);
  if (pictures[posix.extname(path).toLowerCase()]) {
    return <img class="picture" src={to.raw(ref, path)} alt={posix.basename(path)} />;
  }
  if (content.includes(0) || content.length > largest) {
    return (
      <p>
        {content.includes(0) ? "This file is binary." : "This file is too large to be shown here."}{" "}
        <a href={to.raw(ref, path)}>Open it as it is</a>
      </p>
    );
  }
  const text = content.toString();
  if (rendered) {
    const base = {
      folder: posix.dirname(path) === "." ? "" : posix.dirname(path),
      blob: (file: string) => to.blob(ref, file),
      raw: (file: string) => to.raw(ref, file),
    };
    return <Markdown html={renderMarkdown(text, base)} />;
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return (
    <Scroll label="Content of the file">
      <table class="code">
        <tbody>
          {lines.map((line, index) => (
            <tr id={`L${index + 1}`} key={index}>
              <td class="number">
                <a href={`#L${index + 1}`}>{index + 1}</a>
              </td>
              <td>
                <pre>{line}</pre>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
