import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** Content by path; undefined: the file is deleted. */
export type Files = Readonly<Record<string, string | Buffer | undefined>>;

/** A folder that is deleted when the test ends. */
export function testFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "rehearsal unit ")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function git(folder: string, ...args: readonly string[]): string {
  const person = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"];
  return execFileSync("git", [...person, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
    .toString()
    .trim();
}

/** A repository with one commit on main. */
export function makeRepository(folder: string, files: Files, origin = "https://git.example.com/group/fleet.git"): void {
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "-q", "-b", "main");
  git(folder, "remote", "add", "origin", origin);
  commit(folder, files);
}

/** @returns the commit */
export function commit(folder: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content === undefined) rmSync(path);
    else writeFileSync(path, content);
  }
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "--allow-empty", "-m", "change");
  return git(folder, "rev-parse", "HEAD");
}

/** A Secret as SOPS writes it. */
export function encryptedSecret(name: string, cipher: string): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: ${name}}
stringData: {password: "ENC[AES256_GCM,data:${cipher},iv:aa==,tag:bb==,type:str]"}
sops: {mac: "ENC[AES256_GCM,data:cc,iv:dd,tag:ee,type:str]"}
`;
}
