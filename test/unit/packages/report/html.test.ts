import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Report } from "../../../../packages/report/model.js";
import { renderReport } from "../../../../packages/report/render.js";
import { hostile, sampleReport } from "./sample.js";
import { outline } from "./tree.js";

const page = renderReport(sampleReport(), "html");

describe("the page", () => {
  test("allows its own style and nothing else", () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;;`);
    expect(page).not.toMatch(/<script| on\w+=| style=|(src|href)=|url\(|@import/);
  });

  test("is whole: every object, every diff, every section", () => {
    for (const words of [
      '<h1><span aria-hidden="true">⛔</span> Rejected</h1>\n<p class="why">1 object with data that no manifest restores',
      "<code>Deployment default/web</code>",
      "<code>apps/nginx.ts:8</code>",
      "deleted, data lost</span>",
      '<span class="del">-  app: web\n</span><span class="add">+  app: site\n</span>',
      "after Kustomization default/infra",
      "<h2>Infrastructure: <code>pulumi up</code> of <code>embedded</code></h2>",
      "<h2>Not evaluated</h2>",
      "<li>readiness of pods</li>",
    ]) {
      expect(page).toContain(words);
    }
  });

  test("can be read without sight of colours: a language, a title, heads of columns and rows", () => {
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(page).toContain("<title>Rejected: topic (bbbbbbbb) into main (aaaaaaaa)</title>");
    const tables = page.match(/<table>/g)?.length;
    expect(page.match(/<thead><tr><th scope="col">/g)?.length).toBe(tables);
    expect(page).toContain('<th scope="row">');
  });

  test("takes whatever comes from outside as text", () => {
    const shape = outline(
      renderReport(
        sampleReport((word) => `${word} x`),
        "html",
      ),
      true,
    ).shape;
    // A name of the policy's is no text of a report: it is the only attribute with a value that is not fixed.
    fc.assert(
      fc.property(hostile, (text) => {
        // One line in a diff stays one line.
        const flat = text.replace(/[\r\n]/g, " ");
        const found = outline(
          renderReport(
            sampleReport((word) => `${word} ${flat}`),
            "html",
          ),
          true,
        );
        expect(found.shape).toBe(shape);
        expect(found.comments).toEqual([]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test("without an answer says why", () => {
    const report: Report = {
      ...sampleReport(),
      verdict: "unable",
      error: { what: "it is no tree", where: "./dist", fix: "synthesize first" },
    };
    expect(renderReport(report, "html")).toContain("<li>where: <code>./dist</code></li><li>fix: synthesize first</li>");
  });
});
