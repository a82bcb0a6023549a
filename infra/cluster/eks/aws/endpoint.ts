/** URL of an AWS service in a region. @see https://docs.aws.amazon.com/general/latest/gr/rande.html */
export function endpointOf(service: string, region: string): URL {
  return new URL(`https://${service}.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/`);
}
