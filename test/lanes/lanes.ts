/**
 * Name of a lane. Each lane is also a script `lane:NAME` in package.json; those that can be skipped
 * are tasks in turbo.json.
 */
export type LaneName =
  | "unit"
  | "core"
  | "e2e"
  | "faults"
  | "pipelines"
  | "pages"
  | "corpus"
  | "minikube"
  | "bench"
  | "checks";

/** A group of tests that is run, skipped and reported as a whole. */
export interface Lane {
  readonly name: LaneName;
  /** What it covers, for the table. */
  readonly covers: string;
  /**
   * Test files, as globs from the top of the checkout.
   *
   * @default the lane runs no vitest project of vitest.config.ts
   */
  readonly files?: readonly string[];
}

const e2e = (...names: readonly string[]) => names.map((name) => `test/e2e/${name}.test.ts`);

/** End-to-end tests of the main job: a user who runs `npm test` sees that it works here. */
const coreFiles = [
  ...e2e("story", "gitlab-api", "gitlab-git", "gitlab-merge", "publish", "rehearse", "toolchain", "launcher", "faults"),
  "test/rehearsal/core.test.ts",
];
const faultFiles = e2e("killed-processes", "existing-faults", "gitlab-faults");
const pipelineFiles = e2e("pipelines", "note", "backend");
const pageFiles = e2e("pages");

/** Every lane, in the order of running. A test file belongs to exactly one of them. */
export const lanes: readonly Lane[] = [
  { name: "unit", covers: "functions and constructs, without tools", files: ["test/unit/**/*.test.ts"] },
  {
    name: "core",
    covers: "the README's story, GitLab's API and Git, publish, rehearse, one injected fault of each kind",
    files: coreFiles,
  },
  { name: "e2e", covers: "the other end-to-end tests: cluster kinds, Flux, GitLab", files: ["test/e2e/**/*.test.ts"] },
  {
    name: "faults",
    covers: "further injected faults: processes killed during `up`, failures of GitLab, clusters that outlive a stack",
    files: faultFiles,
  },
  { name: "pipelines", covers: "GitLab CI jobs, the note, state in a bucket", files: pipelineFiles },
  { name: "pages", covers: "GitLab's pages in a browser", files: pageFiles },
  { name: "corpus", covers: "predictions of merges against what happened", files: ["test/rehearsal/**/*.test.ts"] },
  { name: "minikube", covers: "a real Minikube with real containers" },
  { name: "bench", covers: "speed and memory, as ratios" },
  { name: "checks", covers: "lint, types, boundaries, unused code" },
];

/** Lanes of `npm test`: run every time. */
export const defaultLanes: readonly LaneName[] = ["unit", "core"];

/** Lanes that are skipped when their inputs are those of their last pass. */
export const cachedLanes: readonly LaneName[] = lanes
  .map(({ name }) => name)
  .filter((name) => !defaultLanes.includes(name));

/** Whether a word names a lane. */
export function isLane(name: string): name is LaneName {
  return lanes.some((lane) => lane.name === name);
}

/** Whether a word names a lane whose tests vitest.config.ts has. */
export function isVitestLane(name: string): name is LaneName {
  return lanes.some((lane) => lane.name === name && lane.files !== undefined);
}

/**
 * Vitest projects: files of a lane that another lane takes by name are left out of the lane that
 * takes them by a pattern.
 */
export function vitestProjects(): readonly { name: LaneName; include: string[]; exclude: string[] }[] {
  const named = lanes.flatMap(({ files = [] }) => files).filter((file) => !file.includes("*"));
  return lanes.flatMap(({ name, files }) => {
    if (!files) return [];
    return [{ name, include: [...files], exclude: files.some((file) => file.includes("*")) ? named : [] }];
  });
}
