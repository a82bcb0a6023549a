import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";

/** Files of a small chart with a schema. */
export function sampleChart({ name = "web", version = "1.0.0", schema = sampleSchema as object | null } = {}) {
  return {
    "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    "values.yaml": 'replicaCount: 1\nimage:\n  repository: nginx\n  tag: "1.25"\n',
    "templates/map.yaml":
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {replicas: "{{ .Values.replicaCount }}"}\n',
    ...(schema && { "values.schema.json": JSON.stringify(schema) }),
  };
}

export const sampleSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  required: ["replicaCount"],
  additionalProperties: false,
  properties: {
    replicaCount: { type: "integer", minimum: 0, description: "Number of pods." },
    image: {
      type: "object",
      required: ["repository"],
      properties: { repository: { type: "string" }, tag: { type: "string" } },
    },
  },
};

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A chart as `helm package` packs it. */
export async function pack(files: Readonly<Record<string, string>>, name = "web"): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "timonier-pack-"));
  try {
    writeFiles(join(folder, name), files);
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: folder, gzip: true, portable: true }, [name])) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
