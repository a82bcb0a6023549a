import type { k8s } from "cdk8s-plus-27";
import { defined } from "./defined.js";
import { flag, list, matching, oneOf, optional, wholeNumber } from "./validation.js";

/**
 * What the processes of a pod may do. The defaults satisfy the `restricted` standard.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export interface PodSecurity {
  /**
   * Does not start an image that runs as root. An image whose user is a name needs `runAsUser` too.
   *
   * @default true
   */
  readonly runAsNonRoot?: boolean;
  /** @default the image's user */
  readonly runAsUser?: number;
  /** @default the image's group */
  readonly runAsGroup?: number;
  /**
   * Group that may write to the volumes.
   *
   * @default none; 1000 for a StatefulService, whose volume would belong to root
   */
  readonly fsGroup?: number;
  /** @default "RuntimeDefault" */
  readonly seccompProfile?: "RuntimeDefault" | "Unconfined";
  /** @default false */
  readonly allowPrivilegeEscalation?: boolean;
  /**
   * Capabilities that the container keeps, such as `NET_BIND_SERVICE`; all others are dropped.
   *
   * @default none
   */
  readonly addCapabilities?: readonly string[];
  /** Makes the image's own files read-only; `writableFolders` can be written. @default true */
  readonly readOnlyRootFilesystem?: boolean;
}

/** The security context of a pod. */
export function podSecurityContext(security: PodSecurity): k8s.PodSecurityContext {
  const { fsGroup } = security;
  return defined<k8s.PodSecurityContext>({
    runAsNonRoot: security.runAsNonRoot ?? true,
    runAsUser: security.runAsUser,
    runAsGroup: security.runAsGroup,
    fsGroup,
    // Changing the owner of every file of a large volume takes minutes, and is needed once.
    fsGroupChangePolicy: fsGroup === undefined ? undefined : "OnRootMismatch",
    seccompProfile: { type: security.seccompProfile ?? "RuntimeDefault" },
  });
}

/** The security context of its container. */
export function containerSecurityContext(security: PodSecurity): k8s.SecurityContext {
  const add = security.addCapabilities;
  return {
    allowPrivilegeEscalation: security.allowPrivilegeEscalation ?? false,
    capabilities: { drop: ["ALL"], ...(add && { add: [...add] }) },
    readOnlyRootFilesystem: security.readOnlyRootFilesystem ?? true,
  };
}

/** The validation errors of a pod's security. */
export function securityErrors(field: string, security: PodSecurity): string[] {
  // User 0 is root, with which a pod that must not run as root never starts.
  const least = security.runAsNonRoot === false ? 0 : 1;
  const id = (path: string, value: unknown) => wholeNumber(path, value, 0, 2 ** 31 - 1);
  return [
    ...optional(flag, `${field}.runAsNonRoot`, security.runAsNonRoot),
    ...optional(
      (path, value) => wholeNumber(path, value, least, 2 ** 31 - 1),
      `${field}.runAsUser`,
      security.runAsUser,
    ),
    ...optional(id, `${field}.runAsGroup`, security.runAsGroup),
    ...optional(id, `${field}.fsGroup`, security.fsGroup),
    ...optional(oneOf(["RuntimeDefault", "Unconfined"]), `${field}.seccompProfile`, security.seccompProfile),
    ...optional(flag, `${field}.allowPrivilegeEscalation`, security.allowPrivilegeEscalation),
    ...optional(capabilities, `${field}.addCapabilities`, security.addCapabilities),
    ...optional(flag, `${field}.readOnlyRootFilesystem`, security.readOnlyRootFilesystem),
  ];
}

function capabilities(field: string, value: unknown): string[] {
  const one = (path: string, name: unknown) =>
    matching(path, name, /^(?!CAP_)[A-Z][A-Z_]+$/, "a capability without CAP_, such as NET_BIND_SERVICE");
  return list(field, value, one, "a list of capabilities");
}
