import type { k8s } from "cdk8s-plus-27";
import { secretText } from "./secret-text.js";
import { filled, flag, invalid, isPlainObject, matching, objectName, optional } from "./validation.js";

/** A key of a Secret in the pod's namespace. */
export interface SecretKey {
  readonly secret: string;
  readonly key: string;
  /**
   * Starts the container without the variable where the Secret or the key is missing.
   *
   * @default false
   */
  readonly optional?: boolean;
}

/** A key of a ConfigMap in the pod's namespace. */
export interface ConfigMapKey {
  readonly configMap: string;
  readonly key: string;
  /**
   * Starts the container without the variable where the ConfigMap or the key is missing.
   *
   * @default false
   */
  readonly optional?: boolean;
}

/**
 * Environment variables by name: text that may be read by everyone who reads the repository, or a
 * reference.
 */
export type EnvironmentVariables = Readonly<Record<string, string | SecretKey | ConfigMapKey>>;

/**
 * The variables in the order in which they are written, because one may contain an earlier one:
 * `$(NAME)`.
 */
export function renderEnvironment(variables: EnvironmentVariables): k8s.EnvVar[] {
  return Object.entries(variables).map(([name, value]) => {
    if (typeof value === "string") return { name, value };
    const { key, optional } = value;
    const rest = { key, ...(optional !== undefined && { optional }) };
    return "secret" in value
      ? { name, valueFrom: { secretKeyRef: { name: value.secret, ...rest } } }
      : { name, valueFrom: { configMapKeyRef: { name: value.configMap, ...rest } } };
  });
}

/** The validation errors of variables. None of them repeats a value, which may be a credential. */
export function environmentErrors(field: string, variables: EnvironmentVariables): string[] {
  if (!isPlainObject(variables)) return [`${field}: expected an object of variables`];
  return Object.entries(variables).flatMap(([name, value]) => {
    const path = `${field}.${name}`;
    return [
      ...matching(path, name, /^[-._a-zA-Z][-._a-zA-Z0-9]*$/, "a name of letters, digits, -, _ and ."),
      ...(typeof value === "string" ? textErrors(path, name, value) : referenceErrors(path, value)),
    ];
  });
}

function textErrors(path: string, name: string, value: string): string[] {
  switch (secretText(name, value)) {
    case "name":
      return [
        `${path}: expected a reference, { secret, key }: its name says that the value is secret, and this is text`,
      ];
    case "address":
      return [
        `${path}: expected an address without a password; put it into a Secret and refer to it by { secret, key }`,
      ];
    case "key":
      return [`${path}: expected a reference, { secret, key }, instead of a private key`];
    default:
      return [];
  }
}

function referenceErrors(path: string, value: unknown): string[] {
  const kind = isPlainObject(value) && ["secret", "configMap"].filter((one) => one in value);
  if (!isPlainObject(value) || !kind || kind.length !== 1) {
    const got = isPlainObject(value) ? Object.keys(value) : typeof value;
    return invalid(path, "text, { secret, key } or { configMap, key }", got);
  }
  return [
    ...objectName(`${path}.${kind[0]}`, value[kind[0] ?? ""]),
    ...filled(`${path}.key`, value.key, "the name of a key"),
    ...optional(flag, `${path}.optional`, value.optional),
  ];
}
