import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { UserError } from "@timonier/kit/user-error";
import type { CheckFailure } from "./plugin.js";
import { changedProperties, conceal, reveal } from "./properties.js";
import { fromStruct, toStruct } from "./protocol.js";
import type { Session } from "./session.js";

/** Secrets go over the wire as secrets; resources and outputs as plain values. */
export function handshake(): Messages.ProviderHandshakeResponse {
  return new messages.ProviderHandshakeResponse()
    .setAcceptSecrets(true)
    .setAcceptResources(false)
    .setAcceptOutputs(false)
    .setSupportsAutonamingConfiguration(false);
}

export async function checkConfig<Config>(
  session: Session<Config>,
  request: Messages.CheckRequest,
): Promise<Messages.CheckResponse> {
  const news = reveal(fromStruct(request.getNews()));
  const checked = (await session.plugin.checkConfig?.(news.values)) ?? { inputs: news.values };
  return new messages.CheckResponse()
    .setInputs(toStruct(conceal(checked.inputs, news.secrets)))
    .setFailuresList(toFailures(checked.failures));
}

/** A changed setting never replaces the provider: resources keep their ids when an address or a token changes. */
export function diffConfig(request: Messages.DiffRequest): Messages.DiffResponse {
  const olds = reveal(fromStruct(request.getOldInputs() ?? request.getOlds())).values;
  const changed = changedProperties(olds, reveal(fromStruct(request.getNews())).values);
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  return new messages.DiffResponse().setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE).setDiffsList(changed);
}

export async function configure<Config>(
  session: Session<Config>,
  request: Messages.ConfigureRequest,
): Promise<Messages.ConfigureResponse> {
  await session.configure(reveal(fromStruct(request.getArgs())).values);
  return new messages.ConfigureResponse()
    .setAcceptsecrets(true)
    .setSupportspreview(true)
    .setAcceptresources(false)
    .setAcceptoutputs(false);
}

export function getSchema<Config>(
  session: Session<Config>,
  request: Messages.GetSchemaRequest,
): Messages.GetSchemaResponse {
  if (request.getVersion() !== 0) throw new Error(`schema version ${request.getVersion()} is not supported, only 0`);
  return new messages.GetSchemaResponse().setSchema(session.plugin.schema?.() ?? "{}");
}

export function pluginInfo<Config>(session: Session<Config>) {
  return new pluginMessages.PluginInfo().setVersion(session.plugin.version);
}

export async function invoke<Config>(
  session: Session<Config>,
  request: Messages.InvokeRequest,
): Promise<Messages.InvokeResponse> {
  const token = request.getTok();
  const call = session.plugin.functions?.[token];
  if (!call) {
    throw new UserError(
      `the ${session.plugin.name} plugin ${session.plugin.version} of this checkout has no function ${token}`,
      token,
      "use the official plugin, or add the function to this one",
      { code: "TIM-410" },
    );
  }
  const args = reveal(fromStruct(request.getArgs())).values;
  const result = session.ready ? await call(args, session.context("", request.getPreview())) : {};
  return new messages.InvokeResponse().setReturn(toStruct(conceal(result)));
}

export function toFailures(failures: readonly CheckFailure[] = []): Messages.CheckFailure[] {
  return failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason));
}
