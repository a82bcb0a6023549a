import { type Chart, digestOf } from "./chart.js";

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md */
export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** Media types of Helm's charts and of Flux's artifacts in registries. */
export const mediaTypes = {
  helmConfig: "application/vnd.cncf.helm.config.v1+json",
  helmChart: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  fluxConfig: "application/vnd.cncf.flux.config.v1+json",
  fluxContent: "application/vnd.cncf.flux.content.v1.tar+gzip",
} as const;

/** A manifest under one of its tags. */
export interface TaggedImage {
  /** Name of the chart in it. @default it is not a chart */
  readonly chart?: string;
  readonly tag: string;
  readonly digest: string;
}

/** Images of a registry. */
export interface Images {
  readonly tagged: readonly TaggedImage[];
  readonly manifests: ReadonlyMap<string, { readonly mediaType: string; readonly content: Buffer }>;
  readonly blobs: ReadonlyMap<string, Buffer>;
}

/** Tag of an image that is served under every tag. */
export const ANY_TAG = "*";

/** Images of charts. A tag cannot contain the `+` of a version. @see https://helm.sh/docs/topics/registries/ */
export function chartImages(charts: readonly Chart[]): Images {
  return combined(
    charts.map(({ name, version, metadata, archive }) =>
      image({ chart: name, tag: version.replaceAll("+", "_") }, mediaTypes.helmConfig, JSON.stringify(metadata), [
        { mediaType: mediaTypes.helmChart, content: archive },
      ]),
    ),
  );
}

/** A folder's content as `flux push artifact` pushes it. A source may select the layer by another media type. */
export function artifactImage(content: Buffer): Images {
  const layers = [
    mediaTypes.fluxContent,
    mediaTypes.helmChart,
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
  ];
  return image(
    { tag: ANY_TAG },
    mediaTypes.fluxConfig,
    "{}",
    layers.map((mediaType) => ({ mediaType, content })),
  );
}

function image(
  name: Omit<TaggedImage, "digest">,
  configType: string,
  config: string,
  layers: ReadonlyArray<{ readonly mediaType: string; readonly content: Buffer }>,
): Images {
  const blobs = new Map(
    [Buffer.from(config), ...layers.map(({ content }) => content)].map((one) => [digestOf(one), one]),
  );
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: descriptor(configType, Buffer.from(config)),
      layers: layers.map((one) => descriptor(one.mediaType, one.content)),
    }),
  );
  const digest = digestOf(content);
  return { tagged: [{ ...name, digest }], manifests: new Map([[digest, { mediaType: MANIFEST, content }]]), blobs };
}

function descriptor(mediaType: string, content: Buffer) {
  return { mediaType, digest: digestOf(content), size: content.length };
}

/** Joins the images of several registries. */
export function combined(all: readonly Images[]): Images {
  return {
    tagged: all.flatMap(({ tagged }) => tagged),
    manifests: new Map(all.flatMap(({ manifests }) => [...manifests])),
    blobs: new Map(all.flatMap(({ blobs }) => [...blobs])),
  };
}
