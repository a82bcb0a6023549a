import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseGitLabPlugin, gitlabPluginEnvironment, keepGitLabPlugin } from "../../../../cli/stack/gitlab-plugin.js";
import type { GitLabConfig } from "../../../../infra/gitlab/settings.js";
import { checkout } from "../../../../packages/kit/state-folder.js";
import { versions } from "../../../../packages/kit/versions.js";

let folder: string;
let official: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-official-"));
  official = join(folder, "bin", "pulumi-resource-gitlab");
  mkdirSync(join(folder, "bin"));
  writeFileSync(official, "#!/bin/sh\n", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const remote = (plugin: "auto" | "official" | "own"): GitLabConfig => ({
  ...{ kind: "remote", url: "https://gitlab.com", caFile: undefined, stack: undefined, tier: "auto" },
  plugin,
});

describe("the plugin for GitLab", () => {
  test("is the official one on a server of the user's, where it is in PATH", () => {
    const env = { HOME: folder, PATH: join(folder, "bin") };
    expect(chooseGitLabPlugin(remote("auto"), env)).toBe(official);
    expect(chooseGitLabPlugin(remote("official"), env)).toBe(official);
    expect(chooseGitLabPlugin(remote("own"), env)).toBeUndefined();
    expect(chooseGitLabPlugin({ kind: "embedded", hostAddress: undefined }, env)).toBeUndefined();
  });

  test("is the official one where pulumi has installed it", () => {
    const place = join(folder, ".pulumi", "plugins", `resource-gitlab-v${versions.pulumiGitlab}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "pulumi-resource-gitlab"), "#!/bin/sh\n", { mode: 0o755 });
    expect(chooseGitLabPlugin(remote("auto"), { HOME: folder, PATH: "" })).toBe(join(place, "pulumi-resource-gitlab"));
  });

  test("is our own otherwise, and a link to it is not the official one", () => {
    const bin = join(folder, "linked");
    mkdirSync(bin);
    symlinkSync(
      join(checkout, "simulators/gitlab-provider/pulumi-resource-gitlab"),
      join(bin, "pulumi-resource-gitlab"),
    );
    const env = { HOME: join(folder, "nowhere"), PATH: bin };
    expect(chooseGitLabPlugin(remote("auto"), env)).toBeUndefined();
    expect(() => chooseGitLabPlugin(remote("official"), env)).toThrow(/the official GitLab plugin .* is not installed/);
  });

  test("is kept for every program that works on the stack", async () => {
    await keepGitLabPlugin(folder, official);
    expect(gitlabPluginEnvironment(folder)).toEqual({ TIMONIER_GITLAB_PLUGIN: official });
    await keepGitLabPlugin(folder, undefined);
    expect(gitlabPluginEnvironment(folder)).toEqual({});
  });
});
