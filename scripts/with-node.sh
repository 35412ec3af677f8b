#!/usr/bin/env bash
# with-node.sh MAJOR COMMAND…: runs COMMAND with that major version of Node first on PATH.
# Node comes from the npm registry, as the platform's binary package, which needs no install script. It is kept in
# $ONESHOT_NODE_CACHE, else $XDG_CACHE_HOME/oneshot/node, else ~/.cache/oneshot/node.
set -euo pipefail

major=$1
shift
cache=${ONESHOT_NODE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/oneshot/node}
folder=$cache/$major

# Installs beside the final folder and renames, so that a folder that exists is complete.
install_node() (
  package=$(node -p '`node-${process.platform}-${process.arch}`')
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/tmp-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  npm install --prefix "$work" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error \
    "$package@$major" >&2
  mkdir "$work/found"
  mv "$work/node_modules/$package/bin" "$work/found/bin"
  mv -T "$work/found" "$folder" 2>/dev/null || [ -x "$folder/bin/node" ]
)

[ -x "$folder/bin/node" ] || install_node
PATH=$folder/bin:$PATH exec "$@"
