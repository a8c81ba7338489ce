#!/usr/bin/env bash
# Proves, by hand and as root, that clusters come up, survive, sit side by side and leave nothing (about 3 minutes).
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH=$PWD/node_modules/.bin:$PATH
cli() { node scripts/cluster/main.ts "$@"; }
kubectl() { "$(dirname "$(readlink -f "/proc/$(cut -d' ' -f1 ".cluster/$1/run/$2.pid")/exe")")/kubectl" --kubeconfig ".cluster/$1/kubeconfig" "${@:3}"; }
port=17900
names=(check-a check-b)

machine() {
  # Other clusters may come and go meanwhile: only what bears these names counts.
  local links
  links=$(for name in "${names[@]}"; do printf 'sl-%s\n' "$(printf %s "$name" | sha256sum | cut -c1-10)"; done)
  { ip -br link; ip route; iptables-save; } | grep -F "$links" || true
  mount | grep -E '\.cluster/check-[ab]' || true
  find /sys/fs/cgroup -maxdepth 3 -name 'sluice-check-*'
  for pid in /proc/[0-9]*; do { tr '\0' ' ' <"$pid/cmdline"; } 2>/dev/null | grep -oE '[^ ]*\.cluster/check-[ab]/[^ ]*' || true; done
  ls -d .cluster/check-* 2>/dev/null || true
}

step() { printf '\n== %s\n' "$*"; }
same() {
  if [ "$(machine)" != "$before" ]; then
    echo 'FAILED: the machine is not as it was:'
    diff <(echo "$before") <(machine) || true
    exit 1
  fi
  echo 'ok: nothing is left'
}
run_pod() { # cluster pod
  kubectl "$1" kube-scheduler run "$2" --image=busybox --image-pull-policy=IfNotPresent --restart=Never -- sh -c 'echo ran' >/dev/null
  kubectl "$1" kube-scheduler wait "pod/$2" --for=jsonpath='{.status.phase}'=Succeeded --timeout=60s
}

for name in "${names[@]}"; do cli down --name "$name"; done
before=$(machine)

for type in control-plane kwok node; do
  for round in 1 2; do
    step "$type, round $round"
    cli up --type "$type" --name check-a --port $port
    cli up --type "$type" --name check-a --port $port
    [ "$type" = control-plane ] || kubectl check-a kube-scheduler get nodes
    cli down --name check-a
    same
  done
done

for type in control-plane node; do
  step "two of type $type, started at once"
  cli up --type "$type" --name check-a --port $port &
  first=$!
  cli up --type "$type" --name check-b --port $((port + 1))
  wait "$first"
  for name in "${names[@]}"; do kubectl "$name" kube-scheduler create namespace "only-$name" >/dev/null; done
  [ "$(kubectl check-a kube-scheduler get namespace only-check-b --ignore-not-found | wc -l)" = 0 ]
  if [ "$type" = node ]; then for name in "${names[@]}"; do run_pod "$name" one; done; fi

  step "half of the processes of check-a killed"
  count=0
  for file in .cluster/check-a/run/*.pid; do
    count=$((count + 1))
    [ $((count % 2)) = 0 ] || kill -9 "$(cut -d' ' -f1 "$file")"
  done
  cli up --type "$type" --name check-a --port $port
  kubectl check-a kube-scheduler get namespace only-check-a
  if [ "$type" = node ]; then run_pod check-a two; fi
  kubectl check-b kube-scheduler get namespace only-check-b

  step 'certificates cut off in the middle'
  cli down --name check-a
  mkdir -p .cluster/check-a/pki .cluster/check-a/run
  echo "$type $port" >.cluster/check-a/cluster
  echo half >.cluster/check-a/pki/ca.crt
  echo '1 1' >.cluster/check-a/run/etcd.pid
  touch .cluster/check-a/run/containerd.sock
  cli up --type "$type" --name check-a --port $port
  for name in "${names[@]}"; do cli down --name "$name"; done
  same
done
echo 'all held'
