import type { ChartSource } from "@timonier/kit/chart-source";
import { UserError } from "@timonier/kit/user-error";

/** Forms of an address, for errors and for the help. */
export const addressForms =
  "https://HOST/PATH/CHART, oci://HOST/PATH/CHART, git+https://HOST/REPOSITORY.git//PATH or ./FOLDER";

/**
 * Reads the address of a chart.
 *
 * @param plainHttp whether an OCI registry is read without TLS
 * @throws UserError for an unknown form, and for a credential in the address, which would be committed
 */
export function parseAddress(address: string, plainHttp = false): ChartSource {
  if (/^[a-z+]+:\/\/[^/?#]*@/i.test(address) && !/^git\+ssh:\/\/[^:/@]+@/.test(address)) {
    throw invalid("the address of a chart contains a credential", address.replace(/\/\/.*@/, "//…@"), credentialFix);
  }
  const source = http(address) ?? oci(address, plainHttp) ?? git(address) ?? folder(address);
  if (source) return source;
  throw invalid("unknown form of a chart's address", address, `use ${addressForms}`);
}

const credentialFix = "set TIMONIER_CHART_USERNAME and TIMONIER_CHART_PASSWORD instead";

function http(address: string): ChartSource | undefined {
  const [, repository, chart] = /^(https?:\/\/[^/\s?#]+(?:\/[^\s?#]+?)*?)\/([^/\s?#]+)\/?$/.exec(address) ?? [];
  return repository && chart ? { kind: "http", repository, chart } : undefined;
}

function oci(address: string, plainHttp: boolean): ChartSource | undefined {
  if (!/^oci:\/\/[^/\s:@]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/.test(address)) return undefined;
  return { kind: "oci", url: address, ...(plainHttp && { plainHttp: true as const }) };
}

function git(address: string): ChartSource | undefined {
  const [, url, path] = /^git\+((?:https?|ssh|file):\/\/\S+?\.git)\/\/(\S+?)\/?$/.exec(address) ?? [];
  return url && path && !path.split("/").includes("..") ? { kind: "git", url, path } : undefined;
}

function folder(address: string): ChartSource | undefined {
  const [, path] = /^\.\/(\S+?)\/?$/.exec(address) ?? [];
  return path && !path.split("/").includes("..") ? { kind: "folder", path } : undefined;
}

const invalid = (what: string, where: string, fix: string) => new UserError(what, where, fix, { code: "TIM-820" });
