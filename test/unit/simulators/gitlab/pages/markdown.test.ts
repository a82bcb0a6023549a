import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../../../../simulators/gitlab/pages/markdown.js";

const render = (text: string, folder = "") =>
  renderMarkdown(text, { folder, blob: (path) => `/blob/${path}`, raw: (path) => `/raw/${path}` });

describe("what GitLab shows", () => {
  test("GIVEN a table, a task list and a folded diff THEN they are rendered", () => {
    expect(render("| a | b |\n|---|--:|\n| 1 | 2 |\n")).toContain('<td align="right">2</td>');
    expect(render("- [x] done\n- [ ] open\n")).toMatch(/<input type="checkbox" disabled[^>]* checked[^>]*> done/);
    const folded = render("<details><summary>s</summary>\n\n```diff\n@@ -1 +1 @@\n-a <x>\n+b\n```\n\n</details>\n");
    expect(folded).toContain("<details><summary>s</summary>");
    expect(folded).toContain('<span class="gd">-a &lt;x&gt;</span>\n<span class="gi">+b</span>');
    expect(render("```ts\nconst a = 1 < 2;\n```")).toContain('<code class="language-ts">const a = 1 &lt; 2;');
  });

  test("GIVEN relative addresses THEN they lead into the repository", () => {
    expect(render("[a](../x.md#part)", "docs")).toContain('href="/blob/x.md#part"');
    expect(render("![i](img/i.png)", "docs")).toContain('src="/raw/docs/img/i.png"');
    expect(render("# Some *Title*\n\n[there](#some-title)")).toMatch(
      /id="user-content-some-title".*href="#user-content-some-title"/s,
    );
    expect(render("[a](../../../etc/passwd)", "docs")).not.toContain("/blob/..");
    expect(render("https://example.com")).toContain('rel="nofollow noreferrer noopener"');
  });
});

describe("what is not let through", () => {
  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><style>@import 'x'</style></svg>",
    "[a](javascript:alert(1))",
    '<a href="java&#10;script:alert(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<img src="data:text/html,x">',
    '<iframe src="https://example.com"></iframe>',
    '<form action="/users/sign_out" method="post"><button>b</button></form>',
    '<p style="position:fixed" class="alert">p</p>',
    '<base href="https://example.com/">',
    '<meta http-equiv="refresh" content="0;url=https://example.com">',
    '```"><script>alert(1)</script>\ncode\n```',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    '<input name="token" type="password" value="x">',
  ])("GIVEN %s THEN nothing of it runs, submits or lays itself over the page", (text) => {
    const html = render(text);
    expect(html).not.toMatch(/<(script|style|iframe|svg|math|form|button|base|meta|link|object|embed)\b/i);
    // Names of attributes alone: what stands in quotation marks is text.
    expect(html.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\s(on\w+|style|srcdoc|name|value|formaction)\s*=/i);
    expect(html).not.toMatch(/(href|src)="\s*(javascript|data|vbscript):/i);
    expect(html).not.toMatch(/class="alert"/);
  });

  test("GIVEN any text THEN every tag is one of those that are let through", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      '"',
      "'",
      "script",
      "img",
      "onerror=",
      "details",
      "`",
      "[x](",
      ")",
      "javascript:",
      "&#60;",
      "\n",
      " ",
      "/",
      "a href=",
      "<!--",
      "-->",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const html = render(pieces.join(""));
        for (const [tag] of html.matchAll(/<[^>]*>/g)) {
          expect(tag).toMatch(/^<\/?(p|a|img|details|pre|code|blockquote|br|hr|h[1-6]|ul|ol|li|em|strong|input)\b/);
          expect(tag).not.toMatch(/\son\w+=|(href|src)="javascript:/i);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("GIVEN a thousand nested lists or details THEN it is rendered in time", () => {
    const began = Date.now();
    render(`${"> ".repeat(1_000)}x`);
    render("<details>".repeat(1_000));
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});
