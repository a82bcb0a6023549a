#!/usr/bin/env bash
# One note on the merge request: what the rehearsal saw, and what `timonier up` would change in the first stack.
set -euo pipefail
if [ ! -f rehearsal/report.json ]; then
  echo "no note: there is no rehearsal to tell of"
  exit 0
fi
read -r stack _ <<< "${TIMONIER_STACKS:-}" || true
preview=()
if [ -s "preview/$stack.json" ]; then preview=(--preview "preview/$stack.json"); fi
node cli/timonier.mjs note --report rehearsal/report.json "${preview[@]}" --link "$CI_PROJECT_URL/-/pipelines/$CI_PIPELINE_ID"
