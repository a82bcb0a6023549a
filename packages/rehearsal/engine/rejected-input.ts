import { ApiError } from "@timonier/kit/kube-api";
import { UserError } from "@timonier/kit/user-error";

/** Where objects come from that no controller applies. */
const origins = {
  root: {
    what: "the API server refuses the objects that the cluster begins with",
    fix: "correct the source and the Kustomization that Flux was set up with, or rehearse a folder: --path DIR",
  },
  assumed: {
    what: "the API server refuses an object that the cluster is said to have",
    fix: "correct the file that --assume names",
  },
} as const;

/** Applies objects that a tree or a file gives. What the API server refuses of them is not a fault of the rehearsal. @throws UserError */
export async function applyInput<T>(origin: keyof typeof origins, where: string, apply: () => Promise<T>): Promise<T> {
  try {
    return await apply();
  } catch (error) {
    const isRejected = error instanceof ApiError && error.code >= 400 && error.code < 500;
    if (!isRejected && !(error instanceof Error && /: no kind /.test(error.message))) throw error;
    const { what, fix } = origins[origin];
    throw new UserError(`${what}: ${error.message}`, where, fix, { cause: error });
  }
}
