#!/usr/bin/env bash
# in-order.sh GROUP: the jobs of a resource group run in the order of their pipelines. GitLab's default has no order, so that an
# older commit may come after a newer one, and the file of a pipeline cannot say it. Needs GITLAB_TOKEN of a maintainer; without
# one, or refused, it says so and the job goes on.
# https://docs.gitlab.com/api/resource_groups/#edit-an-existing-resource-group
set -euo pipefail
group="$1"
if [ -z "${GITLAB_TOKEN:-}" ] || [ -z "${CI_API_V4_URL:-}" ]; then
  echo "resource group $group: no GITLAB_TOKEN to set its order with"
  exit 0
fi
# A command line is seen by others on the machine: the token goes by a file descriptor.
if curl --silent --show-error --fail --max-time 20 --request PUT --output /dev/null \
  ${CI_SERVER_TLS_CA_FILE:+--cacert "$CI_SERVER_TLS_CA_FILE"} \
  --header @<(printf 'PRIVATE-TOKEN: %s\n' "$GITLAB_TOKEN") --data process_mode=oldest_first \
  "$CI_API_V4_URL/projects/$CI_PROJECT_ID/resource_groups/$group"; then
  echo "resource group $group: oldest first"
else
  echo "resource group $group: its order could not be set; set process_mode to oldest_first by hand"
fi
