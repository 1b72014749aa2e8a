"""Measures the statistics beside NumPy, SciPy, POT, lap and powerlaw on one core, as ratios.

Every benchmark of ours and every peer run in turn, pinned to one core, in several rounds; a time is
the least of them. NumPy sorts with AVX-512 where it can, which on some processors is slower than its
AVX2 sort, so that peers which sort run with and without it.

Needs `pip install -r benches/peers/requirements-statistics.txt`; `make bench-statistics` does it.
Ends with 1 if a required ratio is missed.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "benches" / "peers" / "statistics.py"
BENCHES = ("distance", "goodness", "fit", "tail")
WITHOUT_AVX512 = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL"}

# What, our line, the peer, the required ratio, and the one to the peer without AVX-512 if it sorts.
ROWS = (
    ("W1 and W2, 10⁶ + 10⁶", "S1_w1w2", "numpy_wasserstein", 4.0, 1.0),
    ("W1 and W2, 10⁶ + 10⁶", "S1_w1w2", "pot_wasserstein", 4.0, None),
    ("sliced W2, 10⁵ × 10, 100 directions", "S2_sliced", "numpy_sliced", 3.0, 1.0),
    ("exact transport, n = 2000", "S3_weighted", "pot_transport", 1.5, None),
    ("assignment, n = 2000", "S3_assignment", "lap_assignment", 0.9, None),
    ("Sinkhorn, 200 rounds, n = 2000", "S3_sinkhorn", "numpy_sinkhorn", 1.5, None),
    ("two-sample KS, 10⁶ + 10⁶", "ks2_million", "numpy_kolmogorov_smirnov", 2.5, 1.5),
    ("Student-t by likelihood, 10⁵", "student_t", "scipy_student_t", 2.0, None),
    ("stable by likelihood, 10⁴", "stable_skewed_ml", "scipy_stable_likelihood", 1.0, None),
    ("Hill with interval, one k, 10⁶", "hill_one_k", "numpy_hill", 1.0, None),
    ("Hill plot, 10⁶", "hill_all_k", "numpy_hill_plot", 1.5, None),
    ("generalised Pareto, k = 10⁴", "generalised_pareto", "scipy_generalised_pareto", 2.0, None),
    ("x_min by KS distance, 10⁴", "power_law_1e4", "powerlaw_threshold", 20.0, None),
)  # fmt: skip


def execute(command: list, core: int, extra: dict[str, str] | None = None) -> list[dict]:
    """Runs a command on one core and returns the JSON objects that it prints, one a line."""
    one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    run = subprocess.run(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | one | (extra or {}),
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def build() -> list[pathlib.Path]:
    """Builds our benchmarks and returns their paths."""
    command = ["cargo", "bench", "--locked", "--no-run", "-p", "maruyama-statistics"]
    command += ["--message-format", "json"]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    named = {m["target"]["name"]: m["executable"] for m in messages if m.get("executable")}
    return [pathlib.Path(named[bench]) for bench in BENCHES]


def keep_least(times: dict[str, float], name: str, seconds: float) -> None:
    """Remembers a time if it is the least of its name."""
    times[name] = min(times.get(name, math.inf), seconds)


def measure(core: int, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of our lines, and of the peers; without AVX-512 a peer's name ends in `*`."""
    ours: dict[str, float] = {}
    peers: dict[str, float] = {}
    programs = build()
    for _ in range(rounds):
        for program in programs:
            for line in execute([program], core):
                keep_least(ours, line["name"], line["seconds"])
        for _, _, peer, _, without in ROWS:
            keep_least(peers, peer, execute([sys.executable, PEERS, peer], core)[0]["seconds"])
            if without is not None:
                line = execute([sys.executable, PEERS, peer], core, WITHOUT_AVX512)[0]
                keep_least(peers, f"{peer}*", line["seconds"])
    return ours, peers


def main() -> None:
    """Measures, prints the table and fails where something is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--core", type=int, default=1, help="the core that everything is pinned to")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program has its turn")
    options = parser.parse_args()
    ours, peers = measure(options.core, options.rounds)
    print("| statistic | ours, s | peer | its time, s | ratio | required | |")
    print("| :-- | --: | :-- | --: | --: | --: | :-- |")
    good = True
    for what, line, peer, required, without in ROWS:
        compared = [(peer, required)] + ([(f"{peer}*", without)] if without is not None else [])
        for name, least in compared:
            ratio = peers[name] / ours[line]
            is_reached = ratio >= least
            good &= is_reached
            label = name.replace("_", " ").replace("*", ", without AVX-512")
            numbers = f"{ours[line]:.3g} | {label} | {peers[name]:.3g} | {ratio:.2f} | {least:g}"
            print(f"| {what} | {numbers} | {'ok' if is_reached else 'MISSED'} |")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
