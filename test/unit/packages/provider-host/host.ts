import grpc from "@grpc/grpc-js";
import providerService, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Engine } from "../../../../packages/provider-host/engine.js";
import type { Plugin } from "../../../../packages/provider-host/plugin.js";
import { listen } from "../../../../packages/provider-host/serve.js";

type Client = InstanceType<typeof providerService.ResourceProviderClient>;

/** A plugin that listens, with a client as the engine has it. */
export interface Host {
  readonly client: Client;
  close(): void;
}

export async function host<Config>(plugin: Plugin<Config>, engineAddress?: string): Promise<Host> {
  const listening = await listen(plugin, new Engine(engineAddress));
  const address = `127.0.0.1:${listening.port}`;
  const client = new providerService.ResourceProviderClient(address, grpc.credentials.createInsecure());
  return {
    client,
    close: () => {
      client.close();
      listening.close();
    },
  };
}

type Handled<Method extends keyof IResourceProviderServer> =
  IResourceProviderServer[Method] extends grpc.handleUnaryCall<infer Request, infer Response>
    ? { request: Request; response: Response }
    : never;

/** Sends one message, answers the other. */
export function send<Method extends keyof IResourceProviderServer & string>(
  client: Client,
  method: Method,
  request: Handled<Method>["request"],
): Promise<Handled<Method>["response"]> {
  const call = client[method as keyof Client] as unknown as (
    request: unknown,
    callback: (error: grpc.ServiceError | null, response: Handled<Method>["response"]) => void,
  ) => void;
  return new Promise((resolve, reject) => {
    call.call(client, request, (error, response) => (error ? reject(error) : resolve(response)));
  });
}
