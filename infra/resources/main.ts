import { serve } from "@timonier/provider-host/serve";
import { adoptedProject } from "./adopted-project/provider.js";
import { adoptedProjectShape } from "./adopted-project/schema.js";
import { drain } from "./drain/provider.js";
import { drainShape } from "./drain/schema.js";
import { embeddedCluster } from "./embedded-cluster/provider.js";
import { embeddedClusterShape } from "./embedded-cluster/schema.js";
import { embeddedGitLab } from "./embedded-gitlab/provider.js";
import { embeddedGitLabShape } from "./embedded-gitlab/schema.js";
import { firstCommit } from "./first-commit/provider.js";
import { firstCommitShape } from "./first-commit/schema.js";
import { hookToken } from "./hook-token/provider.js";
import { hookTokenShape } from "./hook-token/schema.js";
import { minikubeProfile } from "./minikube-profile/provider.js";
import { minikubeProfileShape } from "./minikube-profile/schema.js";
import { tokenWindow } from "./token-window/provider.js";
import { tokenWindowShape } from "./token-window/schema.js";

// The plugin "timonier": what the program needs of this machine and of GitLab, and no official provider offers.
serve({
  name: "timonier",
  version: "0.1.0",
  configure: () => ({}),
  resources: {
    [embeddedClusterShape.type]: embeddedCluster,
    [embeddedGitLabShape.type]: embeddedGitLab,
    [minikubeProfileShape.type]: minikubeProfile,
    [firstCommitShape.type]: firstCommit,
    [adoptedProjectShape.type]: adoptedProject,
    [tokenWindowShape.type]: tokenWindow,
    [hookTokenShape.type]: hookToken,
    [drainShape.type]: drain,
  },
});
