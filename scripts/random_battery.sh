#!/usr/bin/env bash
# The words of the random streams through TestU01: SmallCrush on every order of words, then Crush on
# neighbouring chains for as many seconds as the argument says, 600 by default. Exits with 1 if a
# p-value is within 1e-6 of 0 or 1.
#
# Needs a C compiler and TestU01, which root on a Debian has installed. TestU01 is not free for
# commercial use and therefore in the component non-free; nothing of it is in this project.
set -euo pipefail
cd "$(dirname "$0")/.."

install_testu01() {
    local lists name=libtestu01-0-dev
    if [ "$(id -u)" != 0 ] || ! grep -qs '^ID=debian' /etc/os-release; then
        echo "TestU01 is missing: install it, on Debian as $name from non-free" >&2
        exit 2
    fi
    lists=$(mktemp -d)
    mkdir -p "$lists/state/partial"
    # A list of sources for this command alone.
    (. /etc/os-release && echo "deb http://deb.debian.org/debian $VERSION_CODENAME main non-free") \
        > "$lists/sources.list"
    local options=(-o "Dir::Etc::SourceList=$lists/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$lists/state" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    apt-get "${options[@]}" update --quiet >&2
    apt-get "${options[@]}" install --quiet --yes --no-install-recommends "$name" >&2
    rm -r "$lists"
}

[ -e /usr/include/testu01/bbattery.h ] || install_testu01

target=${CARGO_TARGET_DIR:-target}
cargo build --release --locked --quiet -p maruyama-statistics --example random_numbers
mkdir -p "$target/testu01"
battery=$target/testu01/battery
cc -O2 -o "$battery" scripts/testu01/battery.c -ltestu01 -ltestu01probdist -ltestu01mylib -lm

status=0
# The status of a pipe is that of the battery: the program ends when it is no longer read.
run() {
    echo "$1, $4:"
    "$target/release/examples/random_numbers" --words "$1" | "$battery" "$2" "$3" "$4" || status=1
}

for order in chain chains keys first; do
    for half in halves reversed; do
        run "$order" small 0 "$half"
    done
done
run chains crush "${1:-600}" halves
exit $status
