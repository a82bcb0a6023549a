import grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import { UserError } from "@timonier/kit/user-error";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { ResourceIncomplete } from "./plugin.js";
import { toStruct } from "./protocol.js";

/**
 * An error as the engine shows it: a UserError with its message only, a bug with its stack.
 *
 * A {@link ResourceIncomplete} carries id and state in the status details, where the engine looks for them.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto ErrorResourceInitFailed
 */
export function toServiceError(error: unknown): Partial<grpc.ServiceError> {
  const message = words(error);
  if (!(error instanceof ResourceIncomplete)) return { code: grpc.status.UNKNOWN, message, details: message };

  const detail = new messages.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.state))
    .setReasonsList([message]);
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const answer = new status.Status().setCode(grpc.status.UNKNOWN).setMessage(message).setDetailsList([packed]);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  return { code: grpc.status.UNKNOWN, message, details: message, metadata };
}

function words(error: unknown): string {
  const root = error instanceof ResourceIncomplete ? error.cause : error;
  if (root instanceof UserError) return root.message;
  if (root instanceof Error && root.name === "AbortError") return "cancelled before it was done";
  if (root instanceof Error && root.name === "TimeoutError") return "not done within its custom timeout";
  return root instanceof Error ? (root.stack ?? root.message) : String(root);
}
