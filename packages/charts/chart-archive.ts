import { Parser, type ReadEntry } from "tar";
import { type ChartFiles, invalidChart } from "./chart-content.js";

/** Largest size of an unpacked chart in bytes, as in Helm. */
const maxUnpacked = 100 * 1024 * 1024;

/**
 * Reads the files of a packaged chart in memory. The folder of the chart itself is not part of the
 * paths.
 *
 * @throws UserError when it is not a gzipped tar archive, or is too large
 */
export async function readArchive(archive: Buffer, where: string): Promise<ChartFiles> {
  const files = new Map<string, Buffer>();
  let size = 0;
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      const path = entry.path.replace(/^\.\//, "").replace(/^[^/]+\//, "");
      const chunks: Buffer[] = [];
      entry.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxUnpacked) parser.abort(new Error("the chart is larger than 100 MiB"));
        else chunks.push(chunk);
      });
      entry.on("end", () => {
        if (entry.type === "File" || entry.type === "OldFile") files.set(path, Buffer.concat(chunks));
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    parser.on("end", () => resolve());
    parser.on("error", (cause: Error) =>
      reject(invalidChart(`the archive of the chart cannot be read (${cause.message})`, where, cause)),
    );
    parser.end(archive);
  });
  return files;
}
