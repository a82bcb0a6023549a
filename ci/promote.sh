#!/usr/bin/env bash
# Proposes to each environment of TIMONIER_PROMOTE_TO (names with spaces between) what runs in the one before it, when its soak
# time is over. Exit code 2: proposed, and must not be merged yet.
set -euo pipefail
. "$(dirname "$0")/cloud.sh"
code=0
for environment in $TIMONIER_PROMOTE_TO; do
  echo "== $environment: timonier promote"
  node cli/timonier.mjs promote --to "$environment" --when-ready || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 2 ] || exit "$code"
done
exit "$code"
