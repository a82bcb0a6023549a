import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { secret } from "../../../../packages/provider-host/properties.js";
import { fromStruct, toStruct } from "../../../../packages/provider-host/protocol.js";
import { gitlabPlugin } from "../../../../simulators/gitlab-provider/gitlab-plugin.js";
import { type Host, host, send } from "../../packages/provider-host/host.js";
import { StandIn } from "./stand-in.js";

type Props = Record<string, unknown>;

const urnOf = (token: string) => `urn:pulumi:dev::story::${token}::thing`;

/** The plugin as the engine sees it, before a GitLab that stands in for a real one. */
export class Engine {
  private constructor(
    readonly gitlab: StandIn,
    readonly plugin: Host,
  ) {}

  /** @param offered @default our own plugin */
  static async start(offered = gitlabPlugin()): Promise<Engine> {
    const gitlab = await new StandIn().start();
    const plugin = await host(offered);
    const args = toStruct({ baseUrl: `${gitlab.url}/api/v4/`, token: secret("glpat-canary"), retries: "1" });
    await send(plugin.client, "configure", new messages.ConfigureRequest().setArgs(args));
    return new Engine(gitlab, plugin);
  }

  async close(): Promise<void> {
    this.plugin.close();
    await this.gitlab.close();
  }

  async check(token: string, news: Props, olds?: Props) {
    const request = new messages.CheckRequest().setUrn(urnOf(token)).setNews(toStruct(news));
    if (olds) request.setOlds(toStruct(olds));
    const checked = await send(this.plugin.client, "check", request);
    const failures = checked.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    return { inputs: fromStruct(checked.getInputs()), failures };
  }

  async create(token: string, inputs: Props, preview = false) {
    const request = new messages.CreateRequest().setUrn(urnOf(token)).setPreview(preview);
    const made = await send(this.plugin.client, "create", request.setProperties(toStruct(inputs)));
    return { id: made.getId(), state: fromStruct(made.getProperties()) };
  }

  async read(token: string, id: string, state: Props = {}, inputs: Props = {}) {
    const request = new messages.ReadRequest().setUrn(urnOf(token)).setId(id).setInputs(toStruct(inputs));
    const found = await send(this.plugin.client, "read", request.setProperties(toStruct(state)));
    return { id: found.getId(), state: fromStruct(found.getProperties()), inputs: fromStruct(found.getInputs()) };
  }

  async diff(token: string, olds: Props, news: Props, state: Props = {}) {
    const request = new messages.DiffRequest().setUrn(urnOf(token)).setOlds(toStruct(state));
    const found = await send(this.plugin.client, "diff", request.setOldInputs(toStruct(olds)).setNews(toStruct(news)));
    return {
      changed: found.getDiffsList(),
      replaces: found.getReplacesList(),
      deleteFirst: found.getDeletebeforereplace(),
    };
  }

  async update(token: string, id: string, state: Props, olds: Props, news: Props) {
    const request = new messages.UpdateRequest().setUrn(urnOf(token)).setId(id).setOlds(toStruct(state));
    const changed = await send(
      this.plugin.client,
      "update",
      request.setOldInputs(toStruct(olds)).setNews(toStruct(news)),
    );
    return fromStruct(changed.getProperties());
  }

  async remove(token: string, id: string, state: Props) {
    const request = new messages.DeleteRequest().setUrn(urnOf(token)).setId(id).setProperties(toStruct(state));
    await send(this.plugin.client, "delete", request);
  }
}
