#!/usr/bin/env bash
# each-stack.sh VERB…: a command of timonier for each stack that TIMONIER_STACKS names, to the end of the first that fails.
set -euo pipefail
. "$(dirname "$0")/cloud.sh"
: "${TIMONIER_STACKS:?names no stack}"
for stack in $TIMONIER_STACKS; do
  echo "== $stack: timonier $*"
  node cli/timonier.mjs "$@" --stack "$stack"
done
