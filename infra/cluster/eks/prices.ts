import type { Finding } from "../../finding.js";
import { AwsApi } from "./aws/api.js";
import { findCredentials } from "./aws/credentials.js";
import type { GatherOptions } from "./gather.js";
import { partitionOf } from "./roles.js";
import type { EksClusterConfig } from "./settings.js";

/** Region of the price list of all regions. */
const LIST = "us-east-1";

/** Hours of a month, as AWS counts them. */
const MONTH = 730;

/** A part of an EKS stack that costs something while nothing runs in it, by AWS's names. */
interface Part {
  /** `control plane` */
  readonly name: string;
  readonly service: string;
  /** End of the usage type; its start is the region's own abbreviation. */
  readonly usage: string;
  readonly per: "hour" | "month";
}

const everywhere: readonly Part[] = [
  { name: "control plane", service: "AmazonEKS", usage: "AmazonEKS-Hours:perCluster", per: "hour" },
  { name: "key", service: "awskms", usage: "KMS-Keys", per: "month" },
];

/** Parts of a VPC that the stack creates. */
const ownNetwork: readonly Part[] = [
  { name: "NAT gateway", service: "AmazonEC2", usage: "NatGateway-Hours", per: "hour" },
  { name: "its address", service: "AmazonVPC", usage: "PublicIPv4:InUseAddress", per: "hour" },
];

/** A part with its price in USD. */
export interface Price extends Pick<Part, "name" | "per"> {
  readonly usd: number;
}

/**
 * Prices in the region of a stack, by AWS's price list.
 *
 * @returns undefined where the list is not available: without the permission pricing:GetProducts,
 *   and in the partitions of China and of the US government
 * @see https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
 */
export async function gatherPrices(
  { region, profile, network }: Pick<EksClusterConfig, "region" | "profile" | "network">,
  options: GatherOptions = {},
): Promise<readonly Price[] | undefined> {
  if (partitionOf(region) !== "aws") return undefined;
  const credentials = options.credentials ?? (await findCredentials({ region, profile }));
  const api = new AwsApi({ region: LIST, credentials, fetch: options.fetch ?? fetch });
  const parts = network.kind === "own" ? [...everywhere, ...ownNetwork] : everywhere;
  const prices = await Promise.all(parts.map((part) => priceOf(api, region, part).catch(() => undefined)));
  return prices.every((price) => price !== undefined) ? prices : undefined;
}

async function priceOf(api: AwsApi, region: string, { name, service, usage, per }: Part): Promise<Price | undefined> {
  const body = {
    ServiceCode: service,
    FormatVersion: "aws_v1",
    Filters: [
      { Type: "TERM_MATCH", Field: "regionCode", Value: region },
      { Type: "CONTAINS", Field: "usagetype", Value: usage },
    ],
  };
  const target = "AWSPriceListService.GetProducts";
  const { PriceList: products } = await api.json<{ readonly PriceList: readonly string[] }>({
    ...{ service: "pricing", host: "api.pricing", target, body },
  });
  const usd = products.map((product) => readPrice(product, usage)).find((price) => price !== undefined);
  return usd === undefined ? undefined : { name, per, usd };
}

/**
 * On-demand price in a product of the list, which is JSON in a string. The first price counts where
 * there are several by quantity.
 *
 * @returns undefined for another usage type, and for a free tier
 */
function readPrice(product: string, usage: string): number | undefined {
  interface Product {
    readonly product: { readonly attributes: { readonly usagetype?: string } };
    readonly terms: {
      readonly OnDemand?: Readonly<
        Record<
          string,
          { readonly priceDimensions: Readonly<Record<string, { readonly pricePerUnit: { readonly USD?: string } }>> }
        >
      >;
    };
  }
  const { product: described, terms } = JSON.parse(product) as Product;
  if (!described.attributes.usagetype?.endsWith(usage)) return undefined;
  const dimensions = Object.values(terms.OnDemand ?? {}).flatMap((term) => Object.values(term.priceDimensions));
  return dimensions.map(({ pricePerUnit }) => Number(pricePerUnit.USD)).find((usd) => usd > 0);
}

/** What a stack costs in its region while nothing runs in it. */
export function describePrices(region: string, prices: readonly Price[]): Finding {
  const parts = prices.map(({ name, per, usd }) => `${name} ${usd} USD a${per === "hour" ? "n hour" : " month"}`);
  const sum = prices.reduce((all, { per, usd }) => all + (per === "hour" ? usd * MONTH : usd), 0);
  const message = `${parts.join(", ")}: about ${Math.round(sum)} USD a month before nodes, traffic and logs`;
  return { subject: `prices in ${region}`, level: "ok", message };
}
