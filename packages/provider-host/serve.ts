import grpc from "@grpc/grpc-js";
import providerService, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import * as configuration from "./config-methods.js";
import { Engine } from "./engine.js";
import { toServiceError } from "./failure.js";
import type { Plugin } from "./plugin.js";
import * as resources from "./resource-methods.js";
import { Session } from "./session.js";

/** The engine's own limit for one message, in bytes. */
const MESSAGE_LIMIT = 400 * 1024 * 1024;

/** A plugin that listens. */
export interface Listening {
  readonly port: number;
  /** Ends it at once. */
  close(): void;
}

/**
 * Runs the plugin as the engine expects it: listens on 127.0.0.1, prints the port and nothing else,
 * runs until it is ended or the engine is gone.
 *
 * @param args command line without the interpreter and the script @default this process's own
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
export function serve<Config>(plugin: Plugin<Config>, args: readonly string[] = process.argv.slice(2)): void {
  const engine = new Engine(engineAddress(args));
  engine.watch(() => process.exit(0));
  listen(plugin, engine).then(
    ({ port }) => process.stdout.write(`${port}\n`),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    },
  );
}

/** Offers the plugin on a free port of 127.0.0.1. */
export async function listen<Config>(plugin: Plugin<Config>, engine: Engine): Promise<Listening> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    "grpc.max_send_message_length": MESSAGE_LIMIT,
  });
  const session = new Session(plugin, engine);
  server.addService(providerService.ResourceProviderService, methods(session));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const close = () => {
    session.cancel();
    session.engine.close();
    server.forceShutdown();
  };
  return { port, close };
}

/** Address of the engine: the one argument that is not an option. */
export function engineAddress(args: readonly string[]): string | undefined {
  return args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--tracing");
}

type Methods = Partial<IResourceProviderServer> & grpc.UntypedServiceImplementation;

/** The methods that a plugin of plain resources has; the library answers UNIMPLEMENTED for the rest. */
function methods<Config>(session: Session<Config>): Methods {
  const answer = <Request, Response>(work: (request: Request) => Response | Promise<Response>) => unary(session, work);
  return {
    handshake: answer(configuration.handshake),
    getPluginInfo: answer(() => configuration.pluginInfo(session)),
    getSchema: answer((request) => configuration.getSchema(session, request)),
    checkConfig: answer((request) => configuration.checkConfig(session, request)),
    diffConfig: answer(configuration.diffConfig),
    configure: answer((request) => configuration.configure(session, request)),
    invoke: answer((request) => configuration.invoke(session, request)),
    check: answer((request) => resources.check(session, request)),
    diff: answer((request) => resources.diff(session, request)),
    create: answer((request) => resources.create(session, request)),
    read: answer((request) => resources.read(session, request)),
    update: answer((request) => resources.update(session, request)),
    delete: answer((request) => resources.remove(session, request)),
    cancel: answer(() => {
      session.cancel();
      return new empty.Empty();
    }),
    attach: answer((request) => {
      session.engine = new Engine(request.getAddress());
      return new empty.Empty();
    }),
  };
}

function unary<Config, Request, Response>(
  session: Session<Config>,
  work: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return async (call, callback) => {
    try {
      const response = await work(call.request);
      await session.engine.flush();
      callback(null, response);
    } catch (error) {
      await session.engine.flush();
      callback(toServiceError(error));
    }
  };
}
