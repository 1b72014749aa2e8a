"""Compares the instructions that the kernels take with benches/instruction-counts.json.

Usage: python scripts/instruction_counts.py [--update]

Callgrind counts what each kernel of crates/dynamics/benches/counts.rs executes on the instruction
sets that Valgrind knows. A count does not depend on how busy or how fast the machine is, so that a
kernel that takes over 15 % more instructions than in the committed file, or that the file does not
have, is an error: exit status 1. `--update` writes the file anew.

Needs Valgrind; root on a Debian has it installed where it is missing.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASELINE = ROOT / "benches" / "instruction-counts.json"
# Valgrind has no AVX-512, and the program itself sees that.
LEVELS = ["avx2", "scalar"]
TOLERANCE = 0.15
CALLGRIND = [
    "valgrind",
    "--tool=callgrind",
    "--callgrind-out-file=/dev/null",
    "--toggle-collect=*counts::measured*",
]


def need_valgrind() -> None:
    """Installs Valgrind if it is missing and that is possible."""
    if shutil.which("valgrind"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["--quiet", "--yes", "--no-install-recommends"]
        subprocess.run(["apt-get", "update", "--quiet"], check=True, stdout=sys.stderr)
        subprocess.run(["apt-get", "install", *quiet, "valgrind"], check=True, stdout=sys.stderr)
    if not shutil.which("valgrind"):
        sys.exit("Valgrind is missing: install it, on Debian with `apt-get install valgrind`")


def build() -> str:
    """Builds the kernels and returns the path of the program."""
    command = ["cargo", "bench", "--no-run", "--locked", "--quiet", "--message-format=json"]
    command += ["--package=maruyama-dynamics", "--bench=counts"]
    output = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in output.stdout.splitlines()]
    return next(message["executable"] for message in messages if message.get("executable"))


def count(program: str, kernel: str, level: str) -> float:
    """Instructions of one unit of the kernel's work, to four digits."""
    command = [*CALLGRIND, program, kernel, level]
    run = subprocess.run(command, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode or not collected or not int(collected[1]):
        sys.exit(f"{kernel} on {level} was not counted:\n{run.stderr}")
    return float(f"{int(collected[1]) / int(run.stdout):.4g}")


def report(found: dict, baseline: dict) -> int:
    """Prints the table of both, and returns the exit status."""
    print("| kernel | set | instructions | baseline | ratio |\n| :-- | :-- | --: | --: | --: |")
    worse, better, missing = [], [], sorted(baseline.keys() - found.keys())
    for kernel, counts in found.items():
        for level, value in counts.items():
            old = baseline.get(kernel, {}).get(level)
            ratio = value / old if old else float("nan")
            before = f"{old:g}" if old else "–"
            print(f"| {kernel} | {level} | {value:g} | {before} | {ratio:.3f} |")
            name = f"{kernel} on {level}"
            if old is None:
                missing.append(name)
            elif ratio > 1 + TOLERANCE:
                worse.append(name)
            elif ratio < 1 - TOLERANCE:
                better.append(name)
    update = "run `python3 scripts/instruction_counts.py --update` and commit the file"
    if better:
        print(f"\nover {TOLERANCE:.0%} fewer instructions than before: {', '.join(better)}; {update}")
    if missing:
        print(f"\nin the kernels or in the baseline, not in both: {', '.join(missing)}; {update}")
    if worse:
        print(f"\nover {TOLERANCE:.0%} more instructions than before: {', '.join(worse)}")
    return 1 if worse or missing else 0


def main() -> int:
    need_valgrind()
    program = build()
    listed = subprocess.run([program], check=True, capture_output=True, text=True)
    found = {
        kernel: {level: count(program, kernel, level) for level in LEVELS}
        for kernel in listed.stdout.splitlines()
    }
    if sys.argv[1:] == ["--update"]:
        lines = [f"  {json.dumps(kernel)}: {json.dumps(found[kernel])}" for kernel in found]
        BASELINE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return report(found, json.loads(BASELINE.read_text()))


if __name__ == "__main__":
    sys.exit(main())
