import type { Construct } from "constructs";
import { Workload } from "./workload.js";
import { addDeployment, type DeploymentProps, deploymentErrors } from "./workload-deployment.js";

/** Which image works, and how many times. */
export type WorkerProps = DeploymentProps;

/**
 * A program that nothing calls over the network, such as the consumer of a queue: a Deployment
 * without a Service.
 *
 * @example
 * new Worker(chart, "mailer", { image: "registry.example.org/shop/mailer:2.0.1", replicas: 2 });
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
export class Worker extends Workload {
  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id, props, { component: "worker", longestName: 63, validate: () => deploymentErrors(props) });
    addDeployment(this, props, () => ({}));
  }
}
