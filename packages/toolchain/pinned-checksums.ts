/**
 * SHA-256 of releases whose vendor publishes no file of checksums. GitHub's API states them too,
 * but answers 60 requests an hour for each address, which a shared network uses up.
 *
 * The values for kwok 0.8.0 are those of the package `kwok-bin` of Arch Linux's user repository
 * (Linux) and of a second repository that pins them (Linux on amd64, macOS on arm64); where both
 * have one, they agree. A file without a value is checked by GitHub's API.
 *
 * @see https://aur.archlinux.org/packages/kwok-bin
 */
export const pinnedChecksums = {
  kwok: {
    version: "0.8.0",
    sha256: {
      "kwok-linux-amd64": "f5a4385a2ae1b9dd7f8acae18e002a75c0ebba124ae9d7259aa8dadb50711f46",
      "kwok-linux-arm64": "628f7d277860f524a2a775c217adcc58828e7b59ab0933680315784f1b8b0e37",
      "kwok-darwin-arm64": "69a064ec98d37844d9d742b5b28ff57825659a983ccc3e208daa6948b94d64ba",
      "kwokctl-linux-amd64": "d5743166c657283d6e827c7c4c20cacfd9009fd94830f06718ca7b2c7099461f",
      "kwokctl-linux-arm64": "5a642b27d3e975f36040d215640cd90fb4a63cb6fca0ad5865a61bcd9c81051b",
      "kwokctl-darwin-arm64": "9323a59adb9c27854bd2a76652ad00258bcbb68acc40aba0dc21e362b67b7d6a",
    },
  },
} as const;

/** SHA-256 of a file of kwok's release; undefined where none is pinned for that version and file. */
export function pinnedKwok(version: string, file: string): string | undefined {
  const { kwok } = pinnedChecksums;
  return version === kwok.version ? (kwok.sha256 as Readonly<Record<string, string>>)[file] : undefined;
}
