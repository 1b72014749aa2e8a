#!/usr/bin/env bash
# Builds the program twice from the committed lock file, in two target folders, and compares the two
# binaries byte for byte. Usage: scripts/reproducible_build.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-target/twice}"
for which in first second; do
    CARGO_TARGET_DIR="$folder/$which" cargo build --release --locked --quiet --bin maruyama
done
sha256sum "$folder/first/release/maruyama" "$folder/second/release/maruyama"
cmp "$folder/first/release/maruyama" "$folder/second/release/maruyama"
echo "the two binaries are equal, byte for byte"
