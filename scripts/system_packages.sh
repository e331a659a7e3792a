#!/bin/sh
# Installs the system's packages that tests and benchmarks can use but do not require.
#
# Usage: scripts/system_packages.sh NAME…
# What is there already is left alone. Root on a Debian-like system gets the rest from apt-get;
# anyone else, or a failed installation, gets one line per package saying what it leads to.
# Always exits 0: each test says for itself why it is skipped.
set -u

has() {
    case "$1" in
        chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
        ruby-httparty) command -v ruby && ruby -e 'require "httparty"' ;;
        nginx-light) command -v nginx || test -x /usr/sbin/nginx ;;
        python3-venv) "${PYTHON:-python3}" -c 'import ensurepip' ;;
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

without() {
    case "$1" in
        chromium) echo 'tests in a real browser are skipped' ;;
        ruby-httparty) echo 'the test of the Ruby client is skipped' ;;
        curl | jq) echo 'the examples of the documentation are not run' ;;
        nginx-light | caddy) echo 'its configuration in deploy/ is not tried' ;;
        wrk) echo 'the benchmarks that need a load generator are skipped' ;;
        python3-venv) echo 'no virtual environment can be made' ;;
        *) echo 'what needs it is skipped' ;;
    esac
}

missing() {
    for name in "$@"; do
        has "$name" || printf '%s ' "$name"
    done
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 "$@" \
        </dev/null >/dev/null
}

wanted=$(missing "$@")
[ -z "$wanted" ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing from the system's packages: $wanted" >&2
    apt update
    for name in $wanted; do
        apt install --yes --no-install-recommends "$name"
    done
fi

for name in $(missing $wanted); do
    echo "Not installed: $name, so $(without "$name")." >&2
done
exit 0
