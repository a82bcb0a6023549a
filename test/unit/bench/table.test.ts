import { describe, expect, test } from "vitest";
import { describeRuns, type Figure, type Machine } from "../../../bench/table/figures.js";
import { readResults } from "../../../bench/table/files.js";
import { renderMarkdown, seconds } from "../../../bench/table/markdown.js";
import { pointsOf, renderPlot } from "../../../bench/table/plot.js";
import { rows } from "../../../bench/table/rows.js";
import { measure, parseTimes } from "../../../bench/table/run.js";
import { emptyEnvironment, ownEnvironment } from "../../../bench/table/scene.js";

const machine: Machine = { cores: 2, memory: 8 * 2 ** 30, node: "20.20.2", load: 0.5 };
const figure: Figure = {
  ...{ row: "status", what: "`status`", measure: "elapsed", unit: "s", command: "npx timonier status" },
  ...{ before: { low: 3300, high: 4080 }, goal: 5 },
  now: describeRuns([4, 6, 5], "2026-11-29T04:00:00.000Z", machine),
};

test.each([
  [0.7, "0.7 s"],
  [1.344, "1.34 s"],
  [12.44, "12.4 s"],
  [119, "119 s"],
  [119.99, "120 s"],
  [120, "2 min"],
  [1366, "22 min 46 s"],
  [3599.7, "60 min"],
])("%d seconds read %s", (value, text) => {
  expect(seconds(value)).toBe(text);
});

describe("the table", () => {
  const line = (one: Figure) =>
    renderMarkdown([one])
      .split("\n")
      .find((row) => row.startsWith("| `status`"));

  test("has a figure with its range, its command and its machine", () => {
    expect(line(figure)).toBe(
      "| `status` | elapsed | 55 min to 68 min | 5 s (4 s to 6 s, 3 runs) | 5 s | yes | 2026-11-29, 2 cores, 8 GiB, Node 20.20.2, load 0.5 | `npx timonier status` |",
    );
  });

  test("says what misses its goal, and what was not measured", () => {
    expect(line({ ...figure, goal: 4.99 })).toContain("| no |");
    expect(line({ ...figure, now: null })).toContain("| not measured | 5 s |  |  |");
  });
});

describe("the plot", () => {
  test("has both ends of a range, and nothing of what was not measured", () => {
    expect(pointsOf(figure).map(({ what, seconds: at }) => [what, at])).toEqual([
      ["before", 3300],
      ["before", 4080],
      ["now", 5],
      ["goal", 5],
    ]);
    expect(pointsOf({ ...figure, now: null }).some(({ what }) => what === "now")).toBe(false);
  });

  test("is an SVG that names each figure", async () => {
    const svg = await renderPlot([figure, { ...figure, what: "first `up`", measure: "cpu" }]);
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain("status, elapsed");
    expect(svg).toContain("first up, CPU");
  });
});

describe("the committed figures", () => {
  test("have a measurement for each row, and a row for each measurement", () => {
    expect(new Set(readResults().figures.map(({ row }) => row))).toEqual(new Set(Object.keys(rows)));
  });
});

describe("a measurement", () => {
  test("has the CPU of a child that was waited for", async () => {
    const busy = "const end = Date.now() + 300; while (process.cpuUsage().user < 200_000 || Date.now() < end);";
    const command = ["bash", "-c", `node -e '${busy}'; true`];
    const { elapsed, cpu } = await measure(command, { cwd: "/", env: process.env });
    expect(cpu).toBeGreaterThanOrEqual(0.2);
    expect(elapsed).toBeGreaterThanOrEqual(0.3);
  });

  test("ends with the command, not with a daemon that it leaves behind", async () => {
    const start = Date.now();
    await measure(["bash", "-c", "sleep 15 & true"], { cwd: "/", env: process.env });
    expect(Date.now() - start).toBeLessThan(14_000);
  });

  test("of a command that fails does not exist; the end of its output is shown", async () => {
    const command = ["bash", "-c", "echo reason; exit 3"];
    await expect(measure(command, { cwd: "/", env: process.env })).rejects.toThrow(/ended with 3[\s\S]*reason/);
  });

  test.each(["", "1 2", "1 2 3 4", "1 2 x", "1 2 -3"])("does not take %j for times", (text) => {
    expect(() => parseTimes(text)).toThrow(RangeError);
  });
});

describe("the environment", () => {
  const env = { PATH: "/bin", TIMONIER_STATE: "s", TIMONIER_CACHE: "c", CI: "1", GOCACHE: "g", XDG_CACHE_HOME: "x" };

  test("has nothing of another stack or pipeline", () => {
    expect(ownEnvironment(env)).toEqual({ PATH: "/bin", TIMONIER_CACHE: "c", GOCACHE: "g", XDG_CACHE_HOME: "x" });
  });

  test("of an empty machine has no cache, but the settings of npm and Go", () => {
    expect(emptyEnvironment(env, "/empty", "/home/a")).toEqual({
      ...{ PATH: "/bin", HOME: "/empty", GOFLAGS: "-modcacherw" },
      ...{ NPM_CONFIG_USERCONFIG: "/home/a/.npmrc", GOENV: "/home/a/.config/go/env" },
    });
  });
});
