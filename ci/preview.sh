#!/usr/bin/env bash
# What `timonier up` would change, for each stack: preview/STACK.json, which holds no secret in clear.
set -euo pipefail
mkdir -p preview
if [ -z "${TIMONIER_STACKS:-}" ]; then
  echo "not previewed: TIMONIER_STACKS names no stack"
  exit 0
fi
# A branch that is not protected, or a fork, has no protected variables: without them nothing can be looked at.
if [ -z "${PULUMI_BACKEND_URL:-}" ]; then
  echo "not previewed: PULUMI_BACKEND_URL is not given to this pipeline"
  exit 0
fi
. "$(dirname "$0")/cloud.sh"
failed=0
for stack in $TIMONIER_STACKS; do
  echo "== $stack"
  node cli/timonier.mjs preview --json --stack "$stack" > "preview/$stack.json" || failed=1
done
exit "$failed"
