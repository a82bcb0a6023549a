#!/usr/bin/env bash
# What the manifests of this commit would do to the first stack's cluster, compared with main of the two repositories:
# rehearsal/report.json, and the same as a page and for GitLab. Exit code 2: it destroys, or is rejected.
set -euo pipefail
read -r stack _ <<< "${TIMONIER_STACKS:-}" || true
rm -rf rehearsal
mkdir -p rehearsal
if [ -z "$stack" ]; then
  echo "not rehearsed: TIMONIER_STACKS names no stack"
  exit 0
fi
node cli/timonier.mjs rehearse --stack "$stack" --out rehearsal
