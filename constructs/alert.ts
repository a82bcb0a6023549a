import type { IAlert } from "@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3";
import type { Construct } from "constructs";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { missing, type Reference, referWithKind } from "./reference.js";
import { invalid } from "./validation.js";

type Spec = NonNullable<IAlert["spec"]>;

/** Properties of an Alert. */
export interface AlertProps
  extends FluxObjectProps,
    Readonly<
      Pick<Spec, "eventMetadata" | "eventSeverity" | "exclusionList" | "inclusionList" | "summary" | "suspend">
    > {
  /** Receiver of the events, in the same namespace. */
  readonly provider: Reference<"Provider">;
  /** Objects whose events are sent; all of a kind with `Kustomization.named("*", { external: true })`. */
  readonly sources: ReadonlyArray<Reference<Spec["eventSources"][number]["kind"]>>;
}

/**
 * Sends events of objects to a provider.
 *
 * @see https://fluxcd.io/flux/components/notification/alerts/
 */
export class Alert extends FluxObject<"Alert"> {
  constructor(scope: Construct, id: string, props: AlertProps) {
    super(scope, id, props, {
      apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
      kind: "Alert",
      spec: () => render(this, props),
      validate: () => validationErrors(this, props),
    });
  }
}

function render(self: Alert, props: AlertProps): Rendered<Spec> {
  return {
    providerRef: { name: props.provider.name },
    eventSources: props.sources.map((source) => referWithKind(self, source)),
    eventMetadata: props.eventMetadata,
    eventSeverity: props.eventSeverity,
    exclusionList: props.exclusionList,
    inclusionList: props.inclusionList,
    summary: props.summary,
    suspend: props.suspend,
  };
}

function validationErrors(self: Alert, props: AlertProps): string[] {
  const sources = props.sources ?? [];
  const elsewhere = props.provider?.namespace !== undefined && props.provider.namespace !== self.namespace;
  return [
    ...missing(self, "provider", props.provider),
    ...(elsewhere ? invalid("provider", "one in the alert's own namespace", props.provider.namespace) : []),
    ...(sources.length === 0 ? invalid("sources", "at least one", props.sources) : []),
    ...sources.flatMap((source, index) => missing(self, `sources[${index}]`, source)),
  ];
}
