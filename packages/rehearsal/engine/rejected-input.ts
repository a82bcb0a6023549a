import { ApiError } from "@timonier/kit/kube-api";
import { UserError } from "@timonier/kit/user-error";

/** Origins of objects that no controller applies. */
const origins = {
  root: {
    what: "the API server rejects the objects that the cluster starts with",
    fix: "correct the source and the Kustomization that Flux was installed with, or rehearse a folder: --path DIR",
  },
  assumed: {
    what: "the API server rejects an assumed object",
    fix: "correct the file that --assume names",
  },
} as const;

/**
 * Applies objects of a tree or a file.
 *
 * @throws UserError when the API server rejects one, because the user can correct it
 */
export async function applyInput<T>(origin: keyof typeof origins, where: string, apply: () => Promise<T>): Promise<T> {
  try {
    return await apply();
  } catch (error) {
    const isRejected = error instanceof ApiError && error.code >= 400 && error.code < 500;
    if (!isRejected && !(error instanceof Error && /: no kind /.test(error.message))) throw error;
    const { what, fix } = origins[origin];
    throw new UserError(`${what}: ${error.message}`, where, fix, { code: "TIM-608", cause: error });
  }
}
