#!/usr/bin/env bash
# What the manifests of this commit would do to the first stack's cluster, compared with main of the two repositories:
# rehearsal/report.json, and the same as a page and for GitLab. Exit code 2: it destroys, or is rejected.
set -euo pipefail
program=$PWD
out=$program/rehearsal
trees=$program/.cache/proposal
read -r stack _ <<< "${TIMONIER_STACKS:-}" || true
rm -rf "$out"
mkdir -p "$out"
if [ -z "$stack" ]; then
  echo "not rehearsed: TIMONIER_STACKS names no stack"
  exit 0
fi
timonier() { node "$program/cli/timonier.mjs" "$@"; }

timonier proposal --stack "$stack" --out "$trees"
common=(--base origin/HEAD --head HEAD --cluster "$(cat "$trees/cluster")" --causes "$program/dist/causes.json")
code=0
# Each becomes a merge request of its own, so each is rehearsed beside the other one as it is.
(cd "$trees/setup" && timonier rehearse "${common[@]}" --source "timonier/application=$trees/application@origin/HEAD" --out "$out/setup") || code=$?
(cd "$trees/application" && timonier rehearse "${common[@]}" --root "$trees/setup@origin/HEAD" --out "$out/application") || code=$(($? > code ? $? : code))
# A report says why it could not run; without one there is nothing to tell.
[ -f "$out/setup/report.json" ] && [ -f "$out/application/report.json" ] || exit "$code"
# The note is on this program's merge request, whose commits these are.
timonier join-reports --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --head "$CI_COMMIT_SHA" "$out/setup/report.json" "$out/application/report.json" > "$out/report.json"
render() { timonier report --report "$out/report.json" --format "$1" > "$out/$2"; }
render html report.html
render junit junit.xml
render codequality codequality.json
exit "$code"
