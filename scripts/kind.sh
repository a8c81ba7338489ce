#!/usr/bin/env bash
# Clusters in containers, where Docker runs.
# kind.sh up [NAME] | load [NAME] ARCHIVE... | down [NAME] | host-address
set -euo pipefail

kind_version=v0.33.0
root=$(cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sluice/kind-$kind_version

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

need_docker() {
  command -v docker >/dev/null || fail 'docker is not on PATH. Install Docker, or use make cluster-up, which needs no engine.'
  docker version --format '{{.Server.Version}}' >/dev/null 2>&1 ||
    fail 'the Docker daemon does not answer. Start it (and check that you may use it), or use make cluster-up, which needs no engine.'
}

# Prints the path of kind; fetches it into the user's cache when it is not on PATH.
find_kind() {
  if command -v kind; then return; fi
  if [ ! -x "$cache/kind" ]; then
    command -v go >/dev/null || fail 'kind is not on PATH, and without Go it cannot be built. Install one of them.'
    echo "building kind $kind_version (once; about 30 s)…" >&2
    GOBIN=$cache CGO_ENABLED=0 go install "sigs.k8s.io/kind@$kind_version" >&2
  fi
  echo "$cache/kind"
}

action=${1:-}
name=${2:-sluice}
kubeconfig=${SLUICE_KIND_KUBECONFIG:-$root/.cluster/$name/kubeconfig}

case $action in
  up)
    need_docker
    kind=$(find_kind)
    mkdir -p "$(dirname "$kubeconfig")"
    if "$kind" get clusters 2>/dev/null | grep -qx "$name"; then
      echo "kind cluster $name is already running" >&2
    else
      echo "starting kind cluster $name (about 1 min)…" >&2
      "$kind" create cluster --name "$name" --wait 120s --kubeconfig "$kubeconfig" ${KIND_NODE_IMAGE:+--image "$KIND_NODE_IMAGE"} >&2
    fi
    "$kind" get kubeconfig --name "$name" >"$kubeconfig"
    echo "export KUBECONFIG=$kubeconfig"
    ;;
  load)
    need_docker
    kind=$(find_kind)
    [ $# -ge 3 ] || fail 'load: name the cluster and at least one image archive'
    shift 2
    for archive in "$@"; do
      [ -f "$archive" ] || fail "$archive: there is no such file. Run: make images"
      echo "loading $archive…" >&2
      "$kind" load image-archive "$archive" --name "$name"
    done
    ;;
  down)
    need_docker
    kind=$(find_kind)
    "$kind" delete cluster --name "$name" --kubeconfig "$kubeconfig"
    rm -rf "${root:?}/.cluster/${name:?}"
    ;;
  host-address)
    # Where a cluster's containers reach this machine: the gateway of kind's network.
    need_docker
    docker network inspect kind --format '{{range .IPAM.Config}}{{println .Gateway}}{{end}}' | grep -m1 -E '^[0-9]+(\.[0-9]+){3}$'
    ;;
  *)
    fail 'usage: kind.sh up [NAME] | load NAME ARCHIVE... | down [NAME] | host-address'
    ;;
esac
