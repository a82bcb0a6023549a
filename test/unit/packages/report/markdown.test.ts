import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, test } from "vitest";
import { type ObjectChange, type Report, schemaVersion } from "../../../../packages/report/model.js";
import { parseReport } from "../../../../packages/report/read-report.js";
import { renderReport } from "../../../../packages/report/render.js";
import { hostile, sampleReport } from "./sample.js";
import { outline } from "./tree.js";

const rendered = (markdown: string) =>
  micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });

/** A text that is not plain in any of the places where plain text is written more simply. */
const inCode = (plain: string) => `${plain}*`;

describe("the note", () => {
  test("says everything, what destroys first", () => {
    // GIVEN, WHEN
    const markdown = renderReport(sampleReport(), "markdown");
    // THEN
    const order = [
      "### ⛔ Rejected: 1 object with data that no manifest restores, 1 object rejected, 1 object deleted, 1 object pruned",
      `\`main\` (\`${"a".repeat(40)}\`) → \`topic\` (\`${"b".repeat(40)}\`)`,
      "- 5 objects: 2 updated, 1 pruned, 1 deleted, 1 rejected",
      "- 1 of 3 reconciliations Ready after the merge",
      "- pulumi up: 2 resources: 1 replace, 1 update",
      "- **deleted, its data is lost** `PersistentVolumeClaim default/data`",
      "- **rejected** `Deployment default/web` by `Kustomization default/myapp` formerly by `Kustomization default/other` from `apps/nginx.ts:8`",
      "- **pruned** `ConfigMap default/old`",
      "- updated `Secret default/credentials` (a Secret: values hidden)",
      "- **replace** `token` (`gitlab:index/deployToken:DeployToken`): `expiresAt`",
      "- update `setup`",
      "| `Kustomization default/infra` | True | True | `Applied` |",
      "| `Kustomization default/myapp` after `Kustomization default/infra` | True | **False** |",
      "| `Kustomization default/gone` | True | absent |",
      "| image `docker.io/library/nginx` | `1.27` | `1.28` | `Deployment default/web` |",
      "- **fatal** `images`: `Pod default/web`: `tag latest`",
      "- warning `labels`",
      "- `HelmRepository default/charts`: `its address cannot be reached`",
      "- readiness of pods",
      "```diff\n@@ -1,3 +1,3 @@\n kind: Deployment\n-  app: web\n+  app: site\n```",
    ];
    const places = order.map((line) => markdown.indexOf(line));
    expect(order.filter((_, index) => (places[index] ?? -1) < 0)).toEqual([]);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test("of a promotion says how long each application was Ready before, and what the gate waits for", () => {
    const promotion = {
      ...{ from: "staging", to: "production", waits: ["shop has been Ready in staging for 12 minutes of 30 minutes"] },
      applications: [
        { name: "shop", revision: "a".repeat(40), program: "b".repeat(40), readyFor: 12.9 * 60_000 },
        { name: "cart", revision: "a".repeat(40), program: "c".repeat(40) },
        { name: "gone" },
      ],
    };
    const report: Report = { ...sampleReport(), promotion };
    const markdown = renderReport(report, "markdown");
    expect(markdown).toContain(
      "#### Promotion from `staging` to `production`\n\n**The gate is shut:**\n\n" +
        "- `shop has been Ready in staging for 12 minutes of 30 minutes`\n\n" +
        "| application | in `staging` | revision | program |\n|---|---|---|---|\n" +
        "| `shop` | Ready for 12 minutes | `aaaaaaaa` | `bbbbbbbb` |\n" +
        "| `cart` | not Ready | `aaaaaaaa` | `cccccccc` |\n" +
        "| `gone` | removed |  |  |\n",
    );
    expect(renderReport({ ...report, promotion: { ...promotion, waits: [] } }, "markdown")).toContain(
      "The gate is open.",
    );
    expect(parseReport(renderReport(report, "json"), "report.json").promotion).toEqual(promotion);
  });

  test("of a merge that changes nothing is short", () => {
    const report: Report = {
      ...{ schemaVersion, verdict: "safe", base: { ref: "main" }, head: { ref: "dist" }, duration: 900 },
      ...{ changes: [], reconciliations: [], versions: [], policies: [], notEvaluated: [], simulated: [] },
      infrastructure: { stack: "embedded", steps: [], diagnostics: [] },
    };
    expect(renderReport(report, "markdown")).toBe(
      "### ✅ Safe: everything is applied and nothing is lost\n\n`main` → `dist`, rehearsed in 0.9 s\n\n" +
        "- 0 objects differ\n- 0 of 0 reconciliations Ready after the merge\n- pulumi up: 0 resources differ\n\n" +
        "#### Infrastructure: `pulumi up` of `embedded`\n\nNo changes.\n",
    );
  });

  test("without an answer says what is wrong, where, and the fix", () => {
    const report: Report = {
      ...sampleReport(),
      ...{ verdict: "unable", changes: [], reconciliations: [] },
      error: { what: "there is no commit nowhere", where: "--head nowhere", fix: "name a branch" },
    };
    const markdown = renderReport(report, "markdown");
    expect(markdown).toContain("### ❔ No answer: the rehearsal could not run");
    expect(markdown).toContain("- `there is no commit nowhere`\n- where: `--head nowhere`\n- fix: `name a branch`");
  });

  test("never shows what a Secret holds", () => {
    const [first] = sampleReport().changes;
    const leaked: ObjectChange = {
      ...(first as ObjectChange),
      ref: { apiVersion: "v1", kind: "Secret", namespace: "default", name: "token" },
      diff: "-password: canary\n+password: canary2\n",
    };
    for (const format of ["markdown", "html", "json", "junit", "codequality"] as const) {
      expect(renderReport({ ...sampleReport(), changes: [leaked] }, format)).not.toContain("canary");
    }
  });
});

describe("what comes from outside", () => {
  const plain = outline(rendered(renderReport(sampleReport(inCode), "markdown")));

  test("is text inside of code, whatever it is", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        // WHEN every text of a report is hostile
        const markdown = renderReport(
          sampleReport((word) => `${word}*${text}`),
          "markdown",
        );
        // THEN the page has the same elements as with plain text, and the same words outside of code
        const found = outline(rendered(markdown));
        expect(found.shape).toBe(plain.shape);
        expect(found.prose.replace(/[+−]\d+/g, "")).toBe(plain.prose.replace(/[+−]\d+/g, ""));
        expect(found.comments).toEqual([]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test("never begins a line with a quick action, not even in a block of code", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markdown = renderReport(
          sampleReport((word) => `${word}*${text}`),
          "markdown",
        );
        expect(markdown).not.toMatch(/^\//m);
        expect(markdown.split(/[\r\n\u2028\u2029\u0085]/).filter((line) => line.startsWith("/"))).toEqual([]);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  test("is found again in the page, letter by letter", () => {
    const sign = "<b> & `c` | \\d @e #1 /merge";
    const html = rendered(
      renderReport(
        sampleReport((word) => `${word} ${sign}`),
        "markdown",
      ),
    );
    const escaped = sign.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
    const shown = html.replace(/&#(\d+);/g, (_, code) => {
      const letter = String.fromCharCode(Number(code));
      return { "&": "&amp;", "<": "&lt;", ">": "&gt;" }[letter] ?? letter;
    });
    expect(shown.split(escaped).length).toBeGreaterThan(30);
  });

  test("shows characters that nobody sees", () => {
    const markdown = renderReport(
      sampleReport((word) => `${word}\u202e\u200b\u0007`),
      "markdown",
    );
    expect(markdown).toContain("app: web⟨U+202E⟩⟨U+200B⟩⟨U+0007⟩");
    for (const sign of ["\u202e", "\u200b", "\u0007"]) expect(markdown).not.toContain(sign);
  });

  test("is no address of a link that a page must not have", () => {
    const long = { limit: 10_000 };
    for (const link of ["javascript:alert(1)", "data:text/html,x", "no address"]) {
      expect(renderReport(many(400), "markdown", { ...long, link })).not.toContain(link);
    }
    expect(renderReport(many(400), "markdown", { ...long, link: "https://x.test/a(b)?c=<d>" })).toContain(
      "(https://x.test/a%28b%29?c=%3Cd%3E)",
    );
  });
});

/** A report with that many objects that go, and as many that change. */
function many(number: number, diff = "@@ -1 +1 @@\n-a\n+b\n", name = "object"): Report {
  const changes = Array.from({ length: number * 2 }, (_, index): ObjectChange => {
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: `${name}-${index}` };
    return { ref, action: index % 2 === 0 ? "pruned" : "updated", dataLoss: false, diff };
  });
  return { ...sampleReport(), verdict: "destructive", changes };
}

describe("a limit", () => {
  const link = "https://gitlab.test/-/jobs/1/artifacts/file/report.html";
  const whole = /\*\*This note is truncated\. The full report is \[on this page\]/;

  test("leaves out the diffs first, and says so with the link", () => {
    // GIVEN 40 objects with diffs of 1,000 characters
    const report = many(20, `@@ -1 +1 @@\n+${"x".repeat(1_000)}\n`);
    // WHEN
    const cut = renderReport(report, "markdown", { limit: 20_000, link });
    // THEN every object is named, and the diffs that fit are there
    expect(cut.length).toBeLessThanOrEqual(20_000);
    expect(cut).toMatch(whole);
    for (const { ref } of report.changes) expect(cut).toContain(`\`ConfigMap default/${ref.name}\``);
    const shown = cut.match(/```diff/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(3);
    expect(cut).toContain(
      `**${40 - shown} of 40 diffs omitted because the note is too long. The full report has them.**`,
    );
    expect(cut).not.toContain("objects omitted");
  });

  test("loses nothing without a word, at any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 60_000 }), fc.nat(250), hostile, (limit, number, name) => {
        const report = many(number, undefined, name);
        const cut = renderReport(report, "markdown", { limit, link });
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(cut).toContain("### ⚠️ Destructive");
        const entries = cut.match(/^- \*\*pruned\*\* /gm)?.length ?? 0;
        const left = /\*\*(\d+) of (\d+) objects omitted/.exec(cut);
        if (entries < number) expect(left?.slice(1).map(Number)).toEqual([number - entries, number]);
        if (entries < number) expect(cut).toMatch(whole);
        const diffs = cut.match(/^<details>/gm)?.length ?? 0;
        if (diffs < 2 * number) expect(cut).toContain(`**${2 * number - diffs} of ${2 * number} diffs omitted`);
        if (diffs === 2 * number) expect(cut).not.toMatch(whole);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test("of GitLab holds for a diff of 10 MB, quickly; the page has all of it", () => {
    // GIVEN
    const line = "+  key: a value that is neither long nor short\n";
    const diff = `@@ -0,0 +1 @@\n${line.repeat(Math.ceil(10e6 / line.length))}+last line\n`;
    const report = { ...sampleReport(), changes: [...many(2).changes, ...many(1, diff, "large").changes] };
    // WHEN
    const start = performance.now();
    const note = renderReport(report, "markdown", { limit: 1_000_000, link });
    const page = renderReport(report, "html");
    const taken = performance.now() - start;
    // THEN the small diffs are in the note and both large ones are not
    expect(note.length).toBeLessThan(20_000);
    expect(note).toContain("**2 of 6 diffs omitted");
    expect(page.match(/neither long nor short/g)?.length).toBe(2 * Math.ceil(10e6 / line.length));
    expect(page).toContain("+last line");
    expect(taken).toBeLessThan(10_000);
  });

  test("that leaves no room for the verdict is a mistake", () => {
    expect(() => renderReport(many(10), "markdown", { limit: 500, link })).toThrow(RangeError);
  });
});
