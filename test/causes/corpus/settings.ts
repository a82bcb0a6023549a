import { Duration } from "cdk8s";
import { parse } from "yaml";
import { parseFluxDuration } from "../../../constructs/flux-duration.js";

interface Written {
  readonly registry: string;
  readonly delivery: { readonly namespace: string; readonly interval: string };
  readonly web: {
    readonly image: string;
    readonly replicas: number;
    readonly port: number;
    readonly hosts: readonly string[];
    readonly debug: boolean;
  };
  readonly database: {
    readonly version: string;
    readonly storage: string;
    readonly replicas: number;
    readonly backup: { readonly schedule: string; readonly keep: number; readonly suspended: boolean };
  };
  readonly monitoring: { readonly retention: string; readonly scrape: string; readonly alerts: boolean };
}

export interface Settings extends Omit<Written, "delivery"> {
  readonly delivery: { readonly namespace: string; readonly interval: Duration };
}

export function parseSettings(yaml: string): Settings {
  const written = parse(yaml) as Written;
  const interval = parseFluxDuration(written.delivery.interval);
  return { ...written, delivery: { ...written.delivery, interval: Duration.millis(interval.toMilliseconds()) } };
}
