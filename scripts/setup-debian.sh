#!/usr/bin/env bash
# Installs the Debian packages that builds, clusters and images need; only those that are missing. As root.
set -euo pipefail

packages=(
  ca-certificates python3 python3-yaml                   # images
  gcc libc6-dev libseccomp-dev pkg-config                # building runc
  busybox-static conntrack iproute2 iptables mount openssl util-linux # a real node
  prometheus                                             # the demo, tests of metrics
  lua5.4                                                 # tests of what Argo CD runs
  make shellcheck                                        # development
  prometheus                                             # tests of metrics
)

command -v dpkg-query >/dev/null || {
  echo 'error: this is not Debian (there is no dpkg-query). Install the counterparts of:' "${packages[@]}" >&2
  exit 1
}

missing=()
for package in "${packages[@]}"; do
  # shellcheck disable=SC2016 # the format is dpkg's, not the shell's
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

if [ "${#missing[@]}" -eq 0 ]; then
  echo 'all Debian packages are installed'
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo 'error: installing needs root. Run: sudo apt-get install' "${missing[@]}" >&2
  exit 1
fi
echo 'installing' "${missing[@]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
# Tests start a Prometheus of their own; the one that comes up with its package would only take memory and a port.
if [[ " ${missing[*]} " == *' prometheus '* ]] && command -v service >/dev/null; then
  service prometheus stop >/dev/null 2>&1 || true
  update-rc.d prometheus disable >/dev/null 2>&1 || true
fi
