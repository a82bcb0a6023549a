import { serve } from "@timonier/provider-host/serve";
import { drain } from "./drain/provider.js";
import { embeddedCluster } from "./embedded-cluster/provider.js";
import { embeddedGitLab } from "./embedded-gitlab/provider.js";
import { seed } from "./first-commit/provider.js";
import { hookToken } from "./hook-token/provider.js";
import { minikubeCluster } from "./minikube-profile/provider.js";
import { tokenWindow } from "./token-window/provider.js";

// What the program needs of this machine and of GitLab that no official provider has.
serve({
  name: "timonier",
  version: "0.1.0",
  configure: () => ({}),
  resources: {
    "timonier:embedded:Cluster": embeddedCluster,
    "timonier:embedded:GitLab": embeddedGitLab,
    "timonier:minikube:Cluster": minikubeCluster,
    "timonier:gitlab:Seed": seed,
    "timonier:gitlab:TokenWindow": tokenWindow,
    "timonier:gitlab:HookToken": hookToken,
    "timonier:flux:Drain": drain,
  },
});
