import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Debian's Chromium, or another one on the PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const named = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return [...named, "/usr/bin/chromium"].find((file) => existsSync(file));
}

/** A browser with a profile of its own, which is gone with it. */
export interface TestBrowser {
  /** Somebody at the browser: nobody else's cookies. */
  visitor(options?: Parameters<Browser["newContext"]>[0]): Promise<{ context: BrowserContext; page: Page }>;
  close(): Promise<void>;
}

/**
 * Starts the browser without a window.
 *
 * The certificate of an embedded GitLab is signed by an authority that only its clients
 * knows: it is accepted here by its visitors' contexts; that it verifies against that authority is
 * what the tests of the API and of Git show.
 */
export async function startBrowser(executablePath: string): Promise<TestBrowser> {
  const home = mkdtempSync(join(tmpdir(), "timonier-browser-"));
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    env: { PATH: process.env.PATH ?? "", HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    async visitor(options = {}) {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
      context.setDefaultTimeout(30_000);
      return { context, page: await context.newPage() };
    },
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
