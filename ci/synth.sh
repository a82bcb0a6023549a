#!/usr/bin/env bash
# What apps/ says for the stacks, as files, and the line of the program that each object comes from.
set -euo pipefail
stacks=()
for stack in ${TIMONIER_STACKS:-}; do stacks+=(--stack "$stack"); done
node cli/timonier.mjs synth "${stacks[@]}" --provenance dist/causes.json
