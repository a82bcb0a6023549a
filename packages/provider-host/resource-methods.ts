import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { toFailures } from "./config-methods.js";
import { type Difference, type Olds, type Properties, ResourceIncomplete, type ResourceKind } from "./plugin.js";
import { changedProperties, conceal, reveal } from "./properties.js";
import { fromStruct, toStruct } from "./protocol.js";
import type { Session } from "./session.js";

export async function check<Config>(
  session: Session<Config>,
  request: Messages.CheckRequest,
): Promise<Messages.CheckResponse> {
  const kind = session.kind(request.getUrn());
  const news = reveal(fromStruct(request.getNews()));
  const olds = request.hasOlds() ? reveal(fromStruct(request.getOlds())).values : undefined;
  const name = request.getName() || (request.getUrn().split("::").pop() ?? "");
  const described = { olds, name, seed: request.getRandomseed_asU8() };
  const context = session.context(request.getUrn(), false);
  const checked = (await kind.check?.(news.values, context, described)) ?? { inputs: news.values };
  return new messages.CheckResponse()
    .setInputs(toStruct(conceal(checked.inputs, news.secrets)))
    .setFailuresList(toFailures(checked.failures));
}

export async function diff<Config>(
  session: Session<Config>,
  request: Messages.DiffRequest,
): Promise<Messages.DiffResponse> {
  const kind = session.kind(request.getUrn());
  const state = reveal(fromStruct(request.getOlds())).values;
  const olds = { state, inputs: request.hasOldInputs() ? reveal(fromStruct(request.getOldInputs())).values : state };
  const news = reveal(fromStruct(request.getNews())).values;
  const context = session.context(request.getUrn(), false);
  const found = kind.diff
    ? await kind.diff(request.getId(), olds, news, context)
    : compareInputs(kind, olds.inputs, news);
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  return new messages.DiffResponse()
    .setChanges(found.changes ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...(found.replaces ?? [])])
    .setDeletebeforereplace(found.deleteBeforeReplace ?? false)
    .setStablesList([...(found.stables ?? [])])
    .setDiffsList([...(found.changed ?? [])]);
}

/** The built-in comparison: old inputs against new ones. */
function compareInputs<Config>(
  kind: Pick<ResourceKind<Config>, "replaceOn" | "update">,
  olds: Properties,
  news: Properties,
): Difference {
  const changed = changedProperties(olds, news);
  const replaces = kind.update ? changed.filter((name) => kind.replaceOn?.includes(name)) : changed;
  return { changes: changed.length > 0, changed, replaces };
}

export async function create<Config>(
  session: Session<Config>,
  request: Messages.CreateRequest,
): Promise<Messages.CreateResponse> {
  const kind = session.kind(request.getUrn());
  const { values, secrets } = reveal(fromStruct(request.getProperties()));
  const context = session.context(request.getUrn(), request.getPreview(), request.getTimeout());
  const made = request.getPreview()
    ? { id: "", state: session.ready ? (kind.preview?.(values, undefined, context) ?? values) : values }
    : await concealing(kind, secrets, () => kind.create(values, context));
  return new messages.CreateResponse().setId(made.id).setProperties(state(kind, made.state, secrets));
}

export async function read<Config>(
  session: Session<Config>,
  request: Messages.ReadRequest,
): Promise<Messages.ReadResponse> {
  const kind = session.kind(request.getUrn());
  const olds = reveal(fromStruct(request.getProperties()));
  const inputs = reveal(fromStruct(request.getInputs()));
  const context = session.context(request.getUrn(), false);
  const known = { id: request.getId(), state: olds.values, inputs: inputs.values };
  const secrets = new Set([...olds.secrets, ...inputs.secrets]);
  const found = kind.read
    ? await concealing(kind, secrets, async () => kind.read?.(known.id, known.state, known.inputs, context))
    : known;
  if (!found) return new messages.ReadResponse();
  return new messages.ReadResponse()
    .setId(found.id)
    .setProperties(state(kind, found.state, secrets))
    .setInputs(toStruct(conceal(found.inputs, inputs.secrets)));
}

export async function update<Config>(
  session: Session<Config>,
  request: Messages.UpdateRequest,
): Promise<Messages.UpdateResponse> {
  const kind = session.kind(request.getUrn());
  const old = reveal(fromStruct(request.getOlds()));
  const olds = { state: old.values, inputs: reveal(fromStruct(request.getOldInputs())).values };
  const news = reveal(fromStruct(request.getNews()));
  const context = session.context(request.getUrn(), request.getPreview(), request.getTimeout());
  const secrets = new Set([...outputSecrets(old.secrets, olds.inputs), ...news.secrets]);
  const changed = request.getPreview()
    ? session.ready && kind.preview?.(news.values, olds, context)
    : (await concealing(kind, secrets, async () => kind.update?.(request.getId(), olds, news.values, context)))?.state;
  return new messages.UpdateResponse().setProperties(state(kind, changed || overlay(olds, news.values), secrets));
}

export async function remove<Config>(session: Session<Config>, request: Messages.DeleteRequest): Promise<Empty> {
  const kind = session.kind(request.getUrn());
  const olds = reveal(fromStruct(request.getProperties())).values;
  await kind.delete?.(request.getId(), olds, session.context(request.getUrn(), false, request.getTimeout()));
  return new empty.Empty();
}

/** The default state after an update: the old state without removed inputs, and the new inputs. */
function overlay(olds: Olds, news: Properties): Properties {
  const kept = Object.entries(olds.state).filter(([name]) => !(name in olds.inputs));
  return { ...Object.fromEntries(kept), ...news };
}

/** Secret outputs of the old state that are not echoes of inputs: those stay secret whatever the inputs say. */
function outputSecrets(secrets: ReadonlySet<string>, inputs: Properties): string[] {
  return [...secrets].filter((name) => !(name in inputs));
}

function state<Config>(kind: ResourceKind<Config>, values: Properties, ...secrets: Array<ReadonlySet<string>>) {
  return toStruct(conceal(values, kind.secrets ?? [], ...secrets));
}

/** Marks the secrets in the state of an incomplete resource as well. */
async function concealing<Config, T>(
  kind: ResourceKind<Config>,
  secrets: ReadonlySet<string>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ResourceIncomplete)) throw error;
    throw new ResourceIncomplete(error.id, conceal(error.state, kind.secrets ?? [], secrets), error.cause);
  }
}
