#!/usr/bin/env bash
# The lifecycle suite in two halves side by side, each with a control plane of its own; in one piece where a cluster is
# given. Usage: scripts/test-lifecycle.sh REPORTS, the folder for lifecycle-1.json and lifecycle-2.json.
set -euo pipefail
reports=$1

half() {
  vitest run --project lifecycle --shard="$1/2" \
    --reporter=default --reporter=json --outputFile.json="$reports/lifecycle-$1.json"
}

mkdir -p "$reports"
if [ -n "${SLUICE_KUBECONFIG:-}${KUBEBUILDER_ASSETS:-}" ]; then
  exec vitest run --project lifecycle --reporter=default --reporter=json \
    --outputFile.json="$reports/lifecycle-1.json"
fi
echo 'the lifecycle suite, in two halves side by side: usually 7 minutes'
SLUICE_TEST_CLUSTER=test-2 half 2 >"$reports/lifecycle-2.log" 2>&1 &
second=$!
status=0
half 1 || status=$?
wait "$second" || status=$?
cat "$reports/lifecycle-2.log"
exit "$status"
