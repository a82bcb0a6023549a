import axe from "axe-core";
import type { Page } from "playwright-core";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commit, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { findChromium, startBrowser, type TestBrowser } from "./support/browser.js";

const chromium = findChromium();
if (!chromium) console.log("pages.test.ts is skipped: there is no Chromium (apt-get install -y chromium)");

const path = "platform/application";
const note = [
  "## Rehearsal: safe",
  "",
  "| kind | changed |",
  "|---|--:|",
  "| Deployment | 1 |",
  "",
  "<details><summary>default/nginx-deployment</summary>",
  "",
  "```diff",
  "-  replicas: 3",
  "+  replicas: 2",
  "```",
  "",
  "</details>",
].join("\n");

describe.skipIf(!chromium)("GitLab's pages in a browser", () => {
  let gitlab: TestGitLab;
  let browser: TestBrowser;
  let project: number;
  let reporter: Awaited<ReturnType<typeof makeUser>>;
  let developer: Awaited<ReturnType<typeof makeUser>>;
  let stranger: Awaited<ReturnType<typeof makeUser>>;

  beforeAll(async () => {
    gitlab = await startTestGitLab();
    browser = await startBrowser(chromium ?? "");
    const { body: group } = await gitlab.api("POST", "/groups", { name: "Platform", path: "platform" });
    const { body } = await gitlab.api("POST", "/projects", { name: "application", namespace_id: group.id });
    project = body.id;
    await commit(gitlab, project, "main", [
      { action: "create", file_path: "README.md", content: "# Application\n\nSee [it](infra/deployment.yaml).\n" },
      { action: "create", file_path: "infra/deployment.yaml", content: "spec:\n  replicas: 3\n" },
    ]);
    [reporter, developer, stranger] = [
      await makeUser(gitlab, "reporter"),
      await makeUser(gitlab, "developer"),
      await makeUser(gitlab, "stranger"),
    ];
    const { body: maintainer } = await gitlab.api("GET", "/users?username=maintainer");
    for (const [user_id, access_level] of [
      [reporter.id, 20],
      [developer.id, 30],
      [maintainer[0].id, 40],
    ]) {
      expect((await gitlab.api("POST", `/projects/${project}/members`, { user_id, access_level })).status).toBe(201);
    }
  });

  afterAll(async () => {
    await browser?.close();
    await gitlab?.remove();
  });

  /** A branch with fewer replicas, and a merge request of it. */
  async function propose(branch: string, more: object = {}) {
    const change = {
      action: "update",
      file_path: "infra/deployment.yaml",
      content: `spec:\n  replicas: 2 # ${branch}\n`,
    };
    await commit(gitlab, project, branch, [change], { start_branch: "main" });
    const { body } = await gitlab.api("POST", `/projects/${project}/merge_requests`, {
      source_branch: branch,
      target_branch: "main",
      title: `Publish ${branch}`,
      ...more,
    });
    return body as { iid: number; web_url: string; sha: string };
  }

  async function signedIn(token: string): Promise<Page> {
    const { page } = await browser.visitor();
    await page.goto(`${gitlab.url}/users/sign_in`);
    await page.getByLabel("Personal access token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    return page;
  }

  const status = async (page: Page, address: string) => (await page.goto(gitlab.url + address))?.status();

  test("GIVEN a merge request with a note WHEN a maintainer reads, approves and merges THEN main has the new content", async () => {
    const { iid, web_url: address, sha } = await propose("two");
    await gitlab.api("POST", `/projects/${project}/merge_requests/${iid}/notes`, { body: note });
    await gitlab.api("POST", `/projects/${project}/statuses/${sha}`, {
      state: "success",
      name: "rehearse",
      ref: "two",
    });
    const page = await signedIn(gitlab.maintainer);
    await page.getByRole("link", { name: path }).click();
    await page.getByRole("heading", { name: "Application", exact: true }).waitFor();
    await page.getByRole("link", { name: "it", exact: true }).click();
    expect(await page.locator("table.code").innerText()).toContain("replicas: 3");

    await page.getByRole("link", { name: "Merge requests" }).click();
    await page.getByRole("link", { name: "Publish two" }).click();
    expect(page.url()).toBe(address);
    expect(await page.locator(".markdown table td").allInnerTexts()).toEqual(["Deployment", "1"]);
    const folded = page.locator(".markdown details pre");
    expect(await folded.isVisible()).toBe(false);
    await page.getByText("default/nginx-deployment").click();
    expect(await folded.isVisible()).toBe(true);
    expect(await folded.locator(".gi").innerText()).toBe("+  replicas: 2");
    expect(await page.getByText("Pipeline #").innerText()).toContain("success");

    await page.getByRole("navigation", { name: "Merge request" }).getByRole("link", { name: "Changes" }).click();
    expect(await page.locator("tr.removed").innerText()).toContain("replicas: 3");
    expect(await page.locator("tr.added").innerText()).toContain("replicas: 2");
    await page.getByRole("navigation", { name: "Merge request" }).getByRole("link", { name: "Overview" }).click();

    await page.getByLabel("Label", { exact: true }).fill("accept-deletions");
    await page.getByRole("button", { name: "Add label" }).click();
    await page.getByRole("link", { name: "accept-deletions" }).waitFor();
    await page.getByLabel("Comment").fill("Looks **good**");
    await page.getByRole("button", { name: "Comment" }).click();
    await page.locator(".markdown strong", { hasText: "good" }).waitFor();
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Approved by Maintainer").waitFor();
    await page.getByLabel("Delete source branch").check();
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    await page.getByText("Merged by Maintainer").waitFor();

    expect(await status(page, `/${path}/-/raw/main/infra/deployment.yaml`)).toBe(200);
    expect(await page.locator("pre").innerText()).toContain("replicas: 2");
    expect((await gitlab.api("GET", `/projects/${project}/merge_requests/${iid}`)).body).toMatchObject({
      state: "merged",
      labels: ["accept-deletions"],
      merged_by: { username: "maintainer" },
    });
    expect((await gitlab.api("GET", `/projects/${project}/repository/branches/two`)).status).toBe(404);
    await page.goto(gitlab.url);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto(address);
    expect(page.url()).toContain("/users/sign_in?to=");
  });

  test("GIVEN an open thread WHEN it is resolved on the page THEN merging is no longer blocked", async () => {
    await gitlab.api("PUT", `/projects/${project}`, { only_allow_merge_if_all_discussions_are_resolved: true });
    const { iid, web_url: address } = await propose("thread");
    await gitlab.api("POST", `/projects/${project}/merge_requests/${iid}/discussions`, { body: "Why?" });
    const page = await signedIn(gitlab.maintainer);
    await page.goto(address);
    await page.getByText("Merge blocked: all threads must be resolved.").waitFor();
    expect(await page.getByRole("button", { name: "Merge", exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Resolve thread" }).click();
    await page.getByText("Ready to merge!").waitFor();
    await gitlab.api("PUT", `/projects/${project}`, { only_allow_merge_if_all_discussions_are_resolved: false });
  });

  test("GIVEN a head that moved since the page was read WHEN merge is pressed THEN GitLab's refusal is shown", async () => {
    const { iid, web_url: address } = await propose("stale");
    const page = await signedIn(gitlab.maintainer);
    await page.goto(address);
    await commit(gitlab, project, "stale", [{ action: "create", file_path: "more.txt", content: "more\n" }]);
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    expect(await page.getByRole("alert").innerText()).toContain("SHA does not match HEAD of source branch");
    expect((await gitlab.api("GET", `/projects/${project}/merge_requests/${iid}`)).body.state).toBe("opened");
  });

  test("GIVEN a Reporter THEN there is no button, and a forged form is refused", async () => {
    const { iid, web_url: address } = await propose("forged");
    const page = await signedIn(reporter.token);
    await page.goto(address);
    await page.getByText("Ready to merge by members").waitFor();
    for (const name of ["Merge", "Approve", "Add label", "Close merge request"]) {
      expect(await page.getByRole("button", { name, exact: true }).count()).toBe(0);
    }
    // With the session's own token, so that it is the role that refuses.
    const csrf = await page.locator('input[name="_csrf"]').first().inputValue();
    for (const [action, expected] of [
      ["merge", 401],
      ["approve", 401],
      ["close", 403],
      ["labels", 403],
    ] as const) {
      const answer = await page.context().request.post(`${address}/${action}`, { form: { _csrf: csrf, add: "x" } });
      expect([action, answer.status()]).toEqual([action, expected]);
    }
    expect((await gitlab.api("GET", `/projects/${project}/merge_requests/${iid}`)).body).toMatchObject({
      state: "opened",
      labels: [],
    });
  });

  test("GIVEN a form without its token, with another session's, or from another site THEN nothing happens", async () => {
    const { iid, web_url: address } = await propose("csrf");
    const page = await signedIn(gitlab.maintainer);
    await page.goto(address);
    const csrf = await page.locator('input[name="_csrf"]').first().inputValue();
    const other = await signedIn(developer.token);
    await other.goto(address);
    const foreign = await other.locator('input[name="_csrf"]').first().inputValue();
    const send = (form: Record<string, string>, headers: Record<string, string> = {}) =>
      page
        .context()
        .request.post(`${address}/merge`, { form, headers })
        .then((answer) => answer.status());
    expect(await send({})).toBe(403);
    expect(await send({ _csrf: foreign })).toBe(403);
    expect(await send({ _csrf: csrf }, { origin: "https://evil.example" })).toBe(403);
    expect(await send({ _csrf: csrf }, { "sec-fetch-site": "cross-site" })).toBe(403);
    expect((await gitlab.api("GET", `/projects/${project}/merge_requests/${iid}`)).body.state).toBe("opened");
    expect(await send({ _csrf: csrf })).toBe(200);
    expect((await gitlab.api("GET", `/projects/${project}/merge_requests/${iid}`)).body.state).toBe("merged");
  });

  test("GIVEN a private project THEN strangers are asked to sign in, and others find nothing", async () => {
    const addresses = [
      "",
      "/-/tree/main",
      "/-/raw/main/README.md",
      "/-/merge_requests",
      "/-/commits/main",
      "/-/branches",
    ];
    const { page } = await browser.visitor();
    for (const address of addresses) {
      await page.goto(`${gitlab.url}/${path}${address}`);
      expect(page.url()).toContain("/users/sign_in?to=");
    }
    const signed = await signedIn(stranger.token);
    for (const address of addresses) expect(await status(signed, `/${path}${address}`)).toBe(404);
    expect(await status(signed, "/platform")).toBe(404);
    expect(await status(signed, "/explore/projects")).toBe(200);
    expect(await signed.getByText(path).count()).toBe(0);
  });

  test("GIVEN hostile titles, notes, labels, names and contents THEN they are shown and do nothing", async () => {
    const script = "<script>window.hit=1</script>";
    const image = "<img src=x onerror=window.hit=1>";
    const name = `"><img src=x onerror=window.hit=1>.md`;
    await commit(
      gitlab,
      project,
      "hostile",
      [
        { action: "create", file_path: name, content: `${script}\n\n${image}\n\n[x](javascript:window.hit=1)\n` },
        { action: "create", file_path: "evil.html", content: script },
        {
          action: "create",
          file_path: "evil.svg",
          content: '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hit=1"><script>window.hit=1</script></svg>',
        },
      ],
      { start_branch: "main", commit_message: `${script}\n\n${image}` },
    );
    const { body } = await gitlab.api("POST", `/projects/${project}/merge_requests`, {
      source_branch: "hostile",
      target_branch: "main",
      title: `Title ${script}`,
      description: `${image}\n\n<a href="javascript:window.hit=1">js</a> <form action="/users/sign_out" method="post"><button>b</button></form>`,
      labels: `"onload=x`,
    });
    const hostile = [
      `<svg/onload=window.hit=1>`,
      `<iframe srcdoc="${script}"></iframe>`,
      `<style>body{display:none}</style>`,
    ];
    for (const text of hostile) {
      await gitlab.api("POST", `/projects/${project}/merge_requests/${body.iid}/notes`, { body: text });
    }
    const page = await signedIn(gitlab.maintainer);
    const refused: string[] = [];
    page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    for (const address of [
      `/-/merge_requests/${body.iid}`,
      `/-/merge_requests/${body.iid}/diffs`,
      "/-/merge_requests",
      "/-/tree/hostile",
      `/-/blob/hostile/${encodeURIComponent(name)}`,
      "/-/blob/hostile/evil.html",
      "/-/raw/hostile/evil.html",
      "/-/raw/hostile/evil.svg",
      "/-/commits/hostile",
      "/-/commit/hostile",
      "/-/branches",
    ]) {
      expect([address, await status(page, `/${path}${address}`)]).toEqual([address, 200]);
      expect([address, await page.evaluate("window.hit")]).toEqual([address, undefined]);
      expect(await page.locator("main script, main iframe, main style, main [onerror], main [onload]").count()).toBe(0);
      expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
    }
    await page.goto(`${gitlab.url}/${path}/-/merge_requests/${body.iid}`);
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toContain(`Title ${script}`);
    expect(await page.locator(".markdown form, .markdown button").count()).toBe(0);
    // The browser had nothing to refuse but the picture's script, opened by itself: the sandbox held that.
    expect(refused.filter((text) => !/404|frame is sandboxed/.test(text))).toEqual([]);
    expect(refused.filter((text) => text.includes("evil.svg"))).not.toEqual([]);
  });

  test("GIVEN an answer to a comment, people and a merge THEN all of it is shown", async () => {
    const { iid, web_url: address } = await propose("activity", {
      assignee_id: developer.id,
      reviewer_ids: [reporter.id],
    });
    await gitlab.api("POST", `/projects/${project}/merge_requests/${iid}/notes`, { body: "Why?" });
    const page = await signedIn(gitlab.maintainer);
    await page.goto(address);
    await page.getByText("Assignees: developer").waitFor();
    await page.getByText("Reviewers: reporter").waitFor();
    await page.getByText("Reply", { exact: true }).first().click();
    await page.getByLabel("Answer").fill("Because");
    await page.getByRole("button", { name: "Reply" }).click();
    await page.getByText("Because").waitFor();
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    await page.getByText("merged this merge request").waitFor();
    expect(await page.locator("main").innerText()).toMatch(/asked to merge/);
  });

  test("GIVEN any page and any width THEN axe finds nothing, and nothing is wider than the window", async () => {
    await gitlab.api("PUT", `/projects/${project}`, { description: "What runs" });
    const { iid, sha } = await propose("axe", {
      description: "- [ ] open\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    });
    const path_ = `/projects/${project}/merge_requests/${iid}`;
    await gitlab.api("POST", `${path_}/notes`, { body: note });
    await gitlab.api("POST", `${path_}/discussions`, {
      body: `\`${"long ".repeat(60)}\`\n\n    ${"code ".repeat(90)}`,
    });
    await gitlab.api("POST", `/projects/${project}/statuses/${sha}`, {
      state: "success",
      name: "rehearse",
      ref: "axe",
    });
    const page = await signedIn(gitlab.maintainer);
    const found: string[] = [];
    for (const address of [
      "/dashboard/projects",
      `/${path}`,
      `/${path}/-/tree/main/infra`,
      `/${path}/-/blob/main/README.md`,
      `/${path}/-/blob/main/infra/deployment.yaml`,
      `/${path}/-/commits/main`,
      `/${path}/-/commit/${sha}`,
      `/${path}/-/branches`,
      `/${path}/-/merge_requests`,
      `/${path}/-/merge_requests/${iid}`,
      `/${path}/-/merge_requests/${iid}/diffs`,
      `/${path}/-/nothing`,
    ]) {
      await page.goto(gitlab.url + address);
      await page.evaluate(axe.source);
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        const faults = await page.evaluate<string[]>(
          "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))",
        );
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        found.push(...faults.map((fault) => `${address} ${width}: ${fault}`));
        if (wide > width) found.push(`${address} ${width}: the page is ${wide} px wide`);
      }
    }
    expect(found).toEqual([]);
  });

  test("GIVEN a link of `timonier open` THEN it signs in once, and looking at it uses nothing up", async () => {
    const { body: link } = await gitlab.api("POST", "/timonier/sign_in_links", {}, gitlab.maintainer);
    const { page } = await browser.visitor();
    await page.goto(link.url);
    await page.goto(link.url);
    await page.getByRole("button", { name: "Sign in as maintainer" }).click();
    await page.getByText("@maintainer").waitFor();
    const second = (await browser.visitor()).page;
    await second.goto(link.url);
    await second.getByText("This link has expired or was used already.").waitFor();
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name.startsWith("timonier_session"));
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax" });
  });

  test("GIVEN a token that is revoked or too narrow THEN its session ends, or never begins", async () => {
    const user = await makeUser(gitlab, "leaver");
    const page = await signedIn(user.token);
    await gitlab.api("DELETE", `/personal_access_tokens/${user.tokenId}`);
    await page.goto(`${gitlab.url}/dashboard/projects`);
    expect(page.url()).toContain("/users/sign_in");
    const narrow = await makeUser(gitlab, "narrow", ["read_repository"]);
    await page.getByLabel("Personal access token").fill(narrow.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("with the scope api or read_api").waitFor();
    const { page: elsewhere } = await browser.visitor();
    await elsewhere.goto(`${gitlab.url}/users/sign_in?to=${encodeURIComponent("//evil.example/")}`);
    await elsewhere.getByLabel("Personal access token").fill(developer.token);
    await elsewhere.getByRole("button", { name: "Sign in" }).click();
    await elsewhere.getByRole("button", { name: "Sign out" }).waitFor();
    expect(new URL(elsewhere.url()).origin).toBe(gitlab.url);
  });
});

test("GIVEN a path and plain HTTP THEN the pages are served below it, and nowhere else", async () => {
  const gitlab = await startTestGitLab({ prefix: "/gitlab", tls: false });
  try {
    const agent = new Agent();
    const get = (path: string) => request(new URL(path, gitlab.url).href, { dispatcher: agent });
    const page = await get("/gitlab/users/sign_in");
    expect([page.statusCode, await page.body.text()]).toEqual([
      200,
      expect.stringContaining('"/gitlab/assets/style.css"'),
    ]);
    expect((await get("/gitlab/assets/style.css")).statusCode).toBe(200);
    expect((await get("/gitlab/")).headers.location).toBe("/gitlab/users/sign_in");
    expect((await get("/users/sign_in")).statusCode).toBe(404);
    await agent.close();
  } finally {
    await gitlab.remove();
  }
});
