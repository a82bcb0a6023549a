import type { KubeObject } from "../../delivery/rehearse/objects.js";

/**
 * Ranges of the API server's own network for Services, one of each family. Which addresses a cluster has is not in its trees, and a
 * Service may ask for one: together with {@link serviceNetworks} every IPv4 address is in it. The API server takes no range that
 * is larger than these.
 */
export const serviceNetwork = "0.0.0.0/2,fd00::/64";

/** The other IPv4 addresses. @see https://kubernetes.io/docs/reference/networking/virtual-ips/#ip-address-objects */
export const serviceNetworks: readonly KubeObject[] = [64, 128, 192].map((first) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "ServiceCIDR",
  metadata: { name: `rehearsal.timonier-${first}` },
  spec: { cidrs: [`${first}.0.0.0/2`] },
}));
