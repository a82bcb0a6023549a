import { serve } from "@timonier/provider-host/serve";
import { embeddedCluster } from "./cluster.js";
import { drain } from "./drain.js";
import { embeddedGitLab } from "./gitlab.js";
import { hookToken } from "./hook-token.js";
import { minikubeCluster } from "./minikube.js";
import { seed } from "./seed.js";
import { tokenWindow } from "./token-window.js";

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
