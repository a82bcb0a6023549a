import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "./plugin.js";

/** A message's structure as plain values; an absent one is empty. */
export function fromStruct(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** Plain values as a message's structure. `conceal` has removed undefined values. */
export function toStruct(values: Properties): Struct {
  return structs.Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
}
