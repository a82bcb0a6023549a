# Sourced by jobs that use a cloud. With AWS_ROLE_ARN the job's ID token signs in to AWS: no key is kept in GitLab.
if [ -n "${TIMONIER_ID_TOKEN:-}" ] && [ -n "${AWS_ROLE_ARN:-}" ]; then
  AWS_WEB_IDENTITY_TOKEN_FILE="$(mktemp)"
  trap 'rm -f "$AWS_WEB_IDENTITY_TOKEN_FILE"' EXIT
  printf '%s' "$TIMONIER_ID_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"
  AWS_ROLE_SESSION_NAME="gitlab-${CI_PROJECT_ID:-0}-${CI_JOB_ID:-0}"
  export AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_SESSION_NAME
fi
