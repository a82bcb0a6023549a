#!/usr/bin/env bash
# Fails for what nobody has accepted: docs/merge-requests.md.
set -euo pipefail
if [ -z "${TIMONIER_STACKS:-}" ]; then
  echo "nothing is rehearsed: TIMONIER_STACKS names no stack"
  exit 0
fi
node cli/timonier.mjs gate --report rehearsal/report.json
