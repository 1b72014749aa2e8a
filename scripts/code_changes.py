"""Edits sources of the program, builds it, and checks what runs again and what does not.

Usage: python scripts/code_changes.py

In a copy of the committed and edited files below target/code-changes, with a target folder of its own:
a comment, a change of format and a change of a number in one model, a comment in an estimator, in a
page of the reports and in a registry. After each build `reproduce` says how many blocks it simulated,
outcomes it analysed and reports it wrote. Minutes of building; `make soak` runs it, the unit tests of
src/fingerprint do the same without builds.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "target" / "code-changes"
COPY = FOLDER / "source"
PROJECT = FOLDER / "project"
MODEL = "crates/dynamics/src/model/sign_sgd.rs"
# One cell of each model, each in an item with one analysis.
ITEM = """
title: Paths of {model}
data: {{ small: {{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }} }}
simulate: {{ runs: {{ model: {model}, data: small, step_size: 0.1, steps: 50, chains: 40 }} }}
analyse: {{ spread: {{ estimate: moments, of: runs, observable: q1 }} }}
tables: {{ spread: {{ of: spread, columns: [mean, std] }} }}
"""
MODELS = ["sgd", "hsgd", "sign_sgd"]


def copy_sources() -> None:
    """Puts every file that git tracks, or would, into the copy; its old times stay where it is equal."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    for name in listed.stdout.splitlines():
        if name.startswith(("reports/", "experiments/", "docs/")) or not (ROOT / name).is_file():
            continue
        write(name, (ROOT / name).read_bytes())


def write(name: str, content: bytes) -> None:
    """Writes a file of the copy, unless it is as it should be."""
    path = COPY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def edit(name: str, old: str, new: str) -> None:
    """Replaces the first `old` in a file of the copy; where it is empty, appends `new`."""
    text = (ROOT / name).read_text()
    if old not in text:
        sys.exit(f"{name} has no `{old}`")
    write(name, (text.replace(old, new, 1) if old else text + new).encode())


def reproduce() -> tuple[int, int, int]:
    """Builds the copy and reproduces the project; blocks simulated, outcomes analysed, reports written."""
    variables = os.environ | {"CARGO_TARGET_DIR": str(FOLDER / "target")}
    build = ["cargo", "build", "--release", "--locked", "--quiet", "--bin", "maruyama"]
    subprocess.run(build, cwd=COPY, check=True, env=variables)
    command = [FOLDER / "target" / "release" / "maruyama", "reproduce", "--quiet", "--format=json"]
    run = subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE)
    done = json.loads(run.stdout)
    return done["simulated"], done["analysed"], done["reports_written"]


def main() -> int:
    """Every edit in turn, each taken back before the next; gives the number of surprises."""
    shutil.rmtree(PROJECT, ignore_errors=True)
    (PROJECT / "experiments").mkdir(parents=True)
    for model in MODELS:
        (PROJECT / "experiments" / f"{model}.yaml").write_text(ITEM.format(model=model))
    copy_sources()
    comment = "// A comment.\n"
    # What an edit is called, the file, what is replaced by what, and what runs again.
    edits = [
        ("nothing", MODEL, "Lanes", "Lanes", (3, 3, 3)),
        ("nothing again", MODEL, "Lanes", "Lanes", (0, 0, 0)),
        ("a comment in a model", MODEL, "", comment, (1, 0, 0)),
        ("the format of a model", MODEL, "let step = isa", "let step  = isa", (1, 0, 0)),
        ("a number in a model", MODEL, "  step_size\n", "  0.5 * step_size\n", (1, 1, 1)),
        ("the number taken back", MODEL, "Lanes", "Lanes", (0, 0, 1)),
        ("an estimator", "src/analyse/estimate/moments.rs", "", comment, (0, 3, 0)),
        ("a registry", "crates/dynamics/src/model/mod.rs", "", comment, (0, 0, 0)),
        ("a page of reports", "src/report/page.rs", "", comment, (0, 0, 3)),
    ]
    surprises = 0
    for what, name, old, new, expected in edits:
        edit(name, old, new)
        found = reproduce()
        write(name, (ROOT / name).read_bytes())
        as_expected = "as expected" if found == expected else f"expected {expected}"
        print(f"{what}: {found} simulated, analysed, written; {as_expected}", flush=True)
        surprises += found != expected
    return surprises


if __name__ == "__main__":
    sys.exit(min(main(), 1))
