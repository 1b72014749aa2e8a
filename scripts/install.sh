#!/usr/bin/env bash
# Installs packages of Debian that tests need: install.sh PACKAGE...
set -euo pipefail
command -v apt-get >/dev/null || { echo "this is no Debian; please install: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
