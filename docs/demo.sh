#!/bin/sh
# The main job, against the built-in sandbox, in a home of its own: sh docs/demo.sh [LSKEYS]
set -eu
lskeys=${1:-lskeys}
HOME=$(mktemp -d)
export HOME LSKEYS_SANDBOX=1
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME AWS_REGION AWS_DEFAULT_REGION || :
trap 'rm -rf "$HOME"' EXIT

run() {
    printf '\n$ lskeys %s\n' "$*"
    "$lskeys" "$@"
}

run list --include-default -o table
run download-default --out ~/.ssh
printf '\n$ ls -l ~/.ssh\n'
ls -l ~/.ssh
run delete LightsailDefaultKeyPair --fingerprint --yes -o table
run list --include-default -o table
