import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config.js";
import { embeddedGitLab } from "./connect-embedded.js";
import { remoteGitLab } from "./connect-remote.js";
import type { GitLabInstance } from "./gitlab-instance.js";
import { wantedOf } from "./preflight/wanted.js";
import { sharedToken } from "./shared-gitlab.js";

/** The GitLab that the settings name. */
export function connectInstance(config: PlatformConfig): Promise<GitLabInstance> {
  switch (config.gitlab.kind) {
    case "embedded":
      return embeddedGitLab(config.stack, config.gitlab.hostAddress);
    case "remote": {
      const { stack } = config.gitlab;
      const token = stack
        ? sharedToken(stack, "administrator")
        : (new pulumi.Config("gitlab").get("token") ?? process.env.GITLAB_TOKEN);
      return remoteGitLab({ ...config.gitlab, wanted: wantedOf(config), protect: config.protect }, token);
    }
  }
}
