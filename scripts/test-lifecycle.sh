#!/usr/bin/env bash
# The lifecycle suite in two halves side by side, each with a control plane of its own; in one piece where a cluster is
# given. Usage: scripts/test-lifecycle.sh REPORTS, the folder for lifecycle-1.json and lifecycle-2.json.
set -euo pipefail
reports=$1
# These files take about as long as all others together.
long=({crash,apps,api-outage,evaluation,release,depends,rollout,rollout-failure}.test.ts)

run() {
  vitest run --project lifecycle --reporter=default --reporter=json \
    --outputFile.json="$reports/lifecycle-$1.json" "${@:2}"
}

mkdir -p "$reports"
if [ -n "${SLUICE_KUBECONFIG:-}${KUBEBUILDER_ASSETS:-}" ]; then
  run 1
  exit
fi
echo 'the lifecycle suite, in two halves side by side: usually 7 minutes'
SLUICE_TEST_CLUSTER=test-2 run 2 "${long[@]/#/--exclude=**/}" >"$reports/lifecycle-2.log" 2>&1 &
second=$!
status=0
run 1 "${long[@]/#/lifecycle/}" || status=$?
wait "$second" || status=$?
cat "$reports/lifecycle-2.log"
exit "$status"
