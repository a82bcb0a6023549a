#!/usr/bin/env bash
# What the merge request of the setup or the application repository will do to the cluster: a note on it, artifacts in
# rehearsal/, and an exit code for the gate. Runs in the repository's checkout; ci/repository.yml calls it.
set -euo pipefail
program=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
timonier() { node "$program/cli/timonier.mjs" "$@"; }

# The other repository, as it is: one says what is applied, and the other what it is. The token is in no argument.
other=$PWD/.timonier/other
rm -rf "$other" rehearsal
mkdir -p rehearsal
helper='!f() { echo username=timonier-pipelines; echo "password=$TIMONIER_OTHER_TOKEN"; }; f'
if [ -n "${TIMONIER_CA_FILE:-}" ]; then export GIT_SSL_CAINFO="$TIMONIER_CA_FILE"; fi
GIT_TERMINAL_PROMPT=0 git -c credential.helper= -c "credential.helper=$helper" \
  clone --quiet --single-branch --branch "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" "$TIMONIER_OTHER_REPOSITORY" "$other"

case $TIMONIER_REPOSITORY in
  setup) beside=(--source "timonier/application=$other") ;;
  application) beside=(--root "$other") ;;
  *) echo "TIMONIER_REPOSITORY is \"$TIMONIER_REPOSITORY\": setup or application"; exit 1 ;;
esac
code=0
timonier rehearse --cluster "$TIMONIER_CLUSTER" "${beside[@]}" --out rehearsal || code=$?
[ -f rehearsal/report.json ] || exit "$code"
timonier note --report rehearsal/report.json --link "$CI_JOB_URL/artifacts/file/rehearsal/report.html"
timonier gate --report rehearsal/report.json
