"""Measures the program at scale: 100 000 cells, and 10⁸ recorded rows analysed.

Usage: python scripts/scale.py PROGRAM [FOLDER]

Prints wall time, processor time and peak memory of every command; `make scale` builds and calls it.
An exit status of 1 says that memory was above its bound. Times depend on the machine and are for
reading. FOLDER, a temporary one by default, takes about 3 GB.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

MB = 1000 * 1000
CELLS = """
title: One hundred thousand cells
data: { small: { source: gaussian_design, rows: 20, columns: 2, numpy_seed: 1 } }
simulate:
  cells:
    model: sgd
    data: small
    steps: 5
    chains: 8
    matrix: { step_size: { linspace: [0.001, 0.1, 100000] } }
analyse:
  spread: { estimate: moments, of: cells, observable: q1 }
"""
ROWS = """
title: One hundred million rows
data: { small: { source: gaussian_design, rows: 20, columns: 2, numpy_seed: 1 } }
simulate:
  paths: { model: sgd, data: small, step_size: 0.05, steps: 6249, record_every: 1, chains: 16000, observe: [q1] }
analyse:
  spread: { estimate: moments, of: paths, observable: q1 }
"""
# Commands with the most memory that each may take, in MB.
STAGES = {
    "cells": (CELLS, [("run", 1000), ("plan", 500), ("report", 1000), ("reproduce", 700)]),
    "rows": (ROWS, [("run", 1000), ("report", 1000), ("reproduce", 700)]),
}


def measure(program: pathlib.Path, command: str, folder: pathlib.Path) -> int:
    """Runs one command; prints what it took and gives its peak memory in bytes."""
    start = time.monotonic()
    with open(os.devnull, "w", encoding="utf-8") as nothing:
        child = subprocess.Popen([program, command, "--quiet"], cwd=folder, stdout=nothing)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    cpu = used.ru_utime + used.ru_stime
    print(f"{folder.name:6} {command:10} {wall:8.2f} s, {cpu:8.2f} s of processors, "
          f"{used.ru_maxrss * 1024 / MB:6.0f} MB", flush=True)
    if child.returncode != 0:
        sys.exit(f"`{command}` ended with {child.returncode}")
    return used.ru_maxrss * 1024


def main(program: pathlib.Path, folder: pathlib.Path) -> int:
    """All measurements; gives the number of commands that took too much memory."""
    too_much = 0
    for name, (manifest, commands) in STAGES.items():
        (folder / name / "experiments").mkdir(parents=True, exist_ok=True)
        (folder / name / "experiments" / f"{name}.yaml").write_text(manifest)
        for command, most in commands:
            used = measure(program, command, folder / name)
            if used > most * MB:
                print(f"{command} took over {most} MB")
                too_much += 1
    return too_much


if __name__ == "__main__":
    binary = pathlib.Path(sys.argv[1]).resolve()
    if len(sys.argv) > 2:
        sys.exit(min(main(binary, pathlib.Path(sys.argv[2])), 1))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(min(main(binary, pathlib.Path(temporary)), 1))
