"""Measures the engine beside NumPy, numba, JAX, PyTorch and C++, and fails where it is too slow.

All programs of a workload run in turn, pinned to one core, in several rounds; a rate is work over
the least CPU time. After the first round only peers that could still be the fastest go on. A
program whose statistics are not those of the peers, or of the exact oracle, fails too.

Needs `pip install -r benches/peers/requirements.txt`, and g++ and Boost for the peer in C++;
`make bench-peers` does all of it. Ends with 1 if something was missed and with 2 if it cannot run.
"""

import argparse
import dataclasses
import importlib.metadata
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "benches" / "peers"

# A peer below this share of the fastest one in the first round cannot become the fastest.
CONTENDER = 0.7
# Statistics that differ by more standard errors than this do not estimate the same thing.
LIMIT = 5.0
TWO_THREADS = 1.9
NORMALS = 0.9e9

# "implementation generator precision". Left out are those that need three times as long as the
# fastest; of JAX and PyTorch, f64 too: their f32 is faster everywhere.
NORMAL = ("numba sfc64 f64", "numba sfc64 f32", "jax best f32", "torch best f32", "cpp best f64")
INDEX = ("numba legacy f64", "numba legacy f32", "numba sfc64 f64", "jax best f32", "cpp best f64")


@dataclasses.dataclass(frozen=True)
class Workload:
    """One row of the table: what to run, what is required and what the result must be."""

    name: str
    program: str
    paths: int
    steps: int
    dim: int
    required: float
    peers: tuple[str, ...]
    n: int | None = None
    variant: str | None = None
    # Standard deviation of a checksum's statistics times the square root of the number of paths
    # (W5: of path-steps), from 16 seeds; None: the checksum has its own standard error, `se`.
    deviation: dict[str, float] | None = None
    # Arguments of exact_moments.py.
    oracle: str | None = None
    exact: dict[str, float] | None = None

    def arguments(self) -> list[str]:
        """The command line that every program understands."""
        named = {"paths": self.paths, "steps": self.steps, "dim": self.dim}
        named |= {"n": self.n, "variant": self.variant}
        given = {name: value for name, value in named.items() if value is not None}
        return [word for name, value in given.items() for word in (f"--{name}", str(value))]

    def standard_errors(self, *checksums: dict) -> dict[str, float]:
        """The standard error of each statistic that is compared."""
        if self.deviation is None:
            error = next(c["se"] for c in checksums if c.get("se") is not None)
            return {key: error for key in ("ratio_to_exact", "mean_loss") if key in checksums[0]}
        draws = self.paths * (self.steps if self.program == "W5" else 1)
        return {key: value / math.sqrt(draws) for key, value in self.deviation.items()}


# Sizes: 0.3 to 1.5 s for the fastest peers, at the numbers of paths that suit them best.
WORKLOADS = (
    Workload(
        "W1 d=10", "W1", 4096, 10_000, 10, 4.5, (*INDEX, "torch best f32"), n=1000,
        deviation={"E_first": 0.025, "E_100": 0.033, "E_final": 0.039, "E_last10mean": 0.015},
        oracle="least_squares 1000 10 10000",
    ),
    Workload(
        "W1 d=100", "W1", 4096, 10_000, 100, 2.0, INDEX, n=1000,
        deviation={"E_first": 0.0085, "E_100": 0.055, "E_final": 0.011, "E_last10mean": 0.0065},
        oracle="least_squares 1000 100 10000",
    ),
    Workload(
        "W2", "W2", 1024, 1000, 10, 2.7, NORMAL, n=100,
        deviation={"E_first": 0.24, "E_100": 0.073, "E_final": 0.055, "E_last10mean": 0.016},
        oracle="least_squares 100 10 1000",
    ),
    Workload("W3 d=2", "W3", 100_000, 1000, 2, 3.4, NORMAL, exact={"ratio_to_exact": 1.0}),
    Workload("W3 d=100", "W3", 512, 2000, 100, 3.1, NORMAL, exact={"ratio_to_exact": 1.0}),
    Workload(
        "W4 signsgd", "W4", 512, 2000, 100, 2.7, NORMAL, variant="signsgd",
        oracle="sign_sgd 100 2000",
    ),
    Workload("W4 adamw", "W4", 512, 2000, 100, 3.2, NORMAL, variant="adamw"),
    Workload("W4 signsgd_sde", "W4", 512, 2000, 100, 2.7, NORMAL, variant="signsgd_sde"),
    Workload("W4 adamw_sde", "W4", 512, 2000, 100, 3.0, NORMAL, variant="adamw_sde"),
    Workload(
        "W5 sgd", "W5", 64, 200_000, 10, 4.5, INDEX, n=1000, variant="sgd",
        deviation={"mean_log": 1.3, "q50": 0.7, "q90": 2.0, "q99": 6.7},
    ),
    Workload(
        "W5 hsgd", "W5", 64, 200_000, 10, 7.0, NORMAL, n=1000, variant="hsgd",
        deviation={"mean_log": 1.15, "q50": 0.64, "q90": 1.0, "q99": 4.3},
    ),
)  # fmt: skip
# Long enough for the start of threads, some milliseconds, not to count.
SCALED = dataclasses.replace(WORKLOADS[0], steps=40_000)
EXTRAS = ("threads", "normals")


class Failure(Exception):
    """A program that did not run to its end."""


def execute(command: list, cores: set[int], folder: pathlib.Path) -> str:
    """Runs a command on some cores and returns what it prints; its build output is in `folder`."""
    run = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PEERS_BUILD": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    if run.returncode != 0:
        last = (run.stderr.strip().splitlines() or [f"exit status {run.returncode}"])[-1]
        raise Failure(f"{pathlib.Path(command[0]).name} {command[1]}: {last}")
    return run.stdout


class Session:
    """The programs, where they run, and every line that they printed."""

    def __init__(self, options: argparse.Namespace, folder: pathlib.Path):
        self.core = options.core
        self.program = options.program or build()
        self.rounds, self.reps = (1, 1) if options.quick else (options.rounds, 3)
        self.folder = folder
        self.lines: list[dict] = []

    def _measure(self, command: list, cores: set[int]) -> dict:
        printed = execute([*command, "--reps", self.reps, "--core", self.core], cores, self.folder)
        line = json.loads(printed.strip().splitlines()[-1])
        self.lines.append(line)
        return line

    def peer(self, work: Workload, peer: str) -> dict:
        """One run of a peer."""
        implementation, generator, precision = peer.split()
        command = [sys.executable, PEERS / f"{work.program}.py", *work.arguments()]
        command += ["--impl", implementation, "--rng", generator, "--dtype", precision]
        return self._measure([*command, "--cap", 20], {self.core})

    def ours(self, program: str, arguments: list[str], threads: int = 1) -> dict:
        """One run of our program."""
        cores = {self.core} if threads == 1 else os.sched_getaffinity(0)
        return self._measure([self.program, program, *arguments, "--threads", threads], cores)

    def our_arguments(self, work: Workload) -> list[str]:
        """The command line with the data set, which comes from NumPy's generator, as a file."""
        if work.n is None:
            return work.arguments()
        file = self.folder / f"{work.n}x{work.dim}.f64"
        if not file.exists():
            self._exactly([PEERS / "data.py", work.n, work.dim, file])
        return [*work.arguments(), "--data", str(file)]

    def exact(self, work: Workload) -> dict[str, float]:
        """What the oracle says about the statistics; empty where there is none."""
        if work.oracle:
            return json.loads(self._exactly([PEERS / "exact_moments.py", *work.oracle.split()]))
        return work.exact or {}

    def _exactly(self, command: list) -> str:
        return execute([sys.executable, *command], {self.core}, self.folder)


def build() -> pathlib.Path:
    """Builds our program and returns its path."""
    command = "cargo bench --locked --no-run --bench workloads --message-format json".split()
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    built = [m["executable"] for m in messages if m.get("target", {}).get("name") == "workloads"]
    if run.returncode != 0 or not built or not built[-1]:
        sys.exit(2)
    return pathlib.Path(built[-1])


def has_cpp() -> bool:
    """Whether the C++ peer can be built; root of a Debian machine installs what it needs."""

    def found() -> bool:
        source = "#include <boost/random.hpp>"
        check = ["g++", "-E", "-x", "c++", "-"]
        return (
            bool(shutil.which("g++"))
            and not subprocess.run(check, input=source, text=True, capture_output=True).returncode
        )

    if not found() and os.geteuid() == 0 and shutil.which("apt-get"):
        install = "apt-get install -y -qq --no-install-recommends g++ libboost-dev".split()
        subprocess.run(["apt-get", "update", "-qq"], stdout=sys.stderr)
        subprocess.run(install, stdout=sys.stderr)
    return found()


def rate(runs: list[dict]) -> float:
    """Work a second of CPU time, at its best."""
    return max(run["work"] / run["cpu_s"] for run in runs)


@dataclasses.dataclass
class Row:
    """What was measured of one workload."""

    workload: str
    ours: float
    fastest: str
    peer: float
    required: float
    # Largest distance of a statistic, in standard errors, from the peer and from the oracle.
    from_peer: float
    from_exact: float | None

    def verdict(self) -> str:
        """What is wrong, or ok."""
        distances = [d for d in (self.from_peer, self.from_exact) if d is not None]
        if not all(d <= LIMIT for d in distances):
            return "DISAGREES"
        return "ok" if self.ours >= self.required * self.peer else "MISSED"


def compare(session: Session, work: Workload, peers: list[str], skipped: dict) -> Row:
    """Runs our program and the peers in turn, and compares rates and statistics."""
    arguments = session.our_arguments(work)
    mine: list[dict] = []
    theirs: dict[str, list[dict]] = {}
    for turn in range(session.rounds):
        mine.append(session.ours(work.program, arguments))
        for peer in peers if turn == 0 else list(theirs):
            try:
                theirs.setdefault(peer, []).append(session.peer(work, peer))
            except Failure as failure:
                skipped[f"{work.name}, {peer}"] = str(failure)
                theirs.pop(peer)
        if turn == 0:
            oracle_peer = theirs[fastest(theirs, " f64")][0]["checksum"]
            least = CONTENDER * rate(theirs[fastest(theirs)])
            theirs = {peer: runs for peer, runs in theirs.items() if rate(runs) >= least}
    best = fastest(theirs)
    mine_says = mine[0]["checksum"]
    errors = work.standard_errors(oracle_peer, mine_says)
    exact = session.exact(work)
    return Row(
        work.name,
        rate(mine),
        best.replace(" best", ""),
        rate(theirs[best]),
        work.required,
        distance(mine_says, oracle_peer, {key: e * math.sqrt(2) for key, e in errors.items()}),
        distance(mine_says, exact, errors) if exact else None,
    )


def fastest(runs: dict[str, list[dict]], precision: str = "") -> str:
    """The name of the fastest peer, of one precision or of both."""
    names = [peer for peer in runs if peer.endswith(precision)]
    if not names:
        raise Failure("no peer ran, or none in f64")
    return max(names, key=lambda peer: rate(runs[peer]))


def distance(ours: dict, theirs: dict, errors: dict[str, float]) -> float:
    """The largest difference of two checksums in standard errors."""
    values = [abs(ours[key] - theirs[key]) / error for key, error in errors.items()]
    return max(value if math.isfinite(value) else math.inf for value in values)


def two_threads(session: Session) -> float:
    """Wall time of one thread over that of two."""
    wall: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(max(2, session.rounds)):
        for threads, times in wall.items():
            line = session.ours(SCALED.program, session.our_arguments(SCALED), threads)
            times.append(line["wall_s"])
    return min(wall[1]) / min(wall[2])


def normals(session: Session) -> tuple[float, float]:
    """Normal variates a second, and how far their mean and variance are off in standard errors."""
    lines = [session.ours("normals", []) for _ in range(session.rounds)]
    draws = lines[0]["work"]
    errors = {"mean": math.sqrt(1 / draws), "variance": math.sqrt(2 / draws)}
    return rate(lines), distance(lines[0]["checksum"], {"mean": 0.0, "variance": 1.0}, errors)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table with its columns aligned."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = [" | ".join(map(str.ljust, row, widths)) for row in (header, rule, *rows)]
    return "".join(f"| {line} |\n" for line in lines)


def main_table(rows: list[Row]) -> str:
    """The workloads; rates in millions of path-steps a second."""
    header = "workload,ours,fastest peer,its rate,ratio,required,from peer,from exact,".split(",")
    cells = [
        [
            row.workload,
            f"{row.ours / 1e6:.3g}",
            row.fastest,
            f"{row.peer / 1e6:.3g}",
            f"{row.ours / row.peer:.2f}",
            f"{row.required:.1f}",
            f"{row.from_peer:.1f} se",
            "" if row.from_exact is None else f"{row.from_exact:.1f} se",
            row.verdict(),
        ]
        for row in rows
    ]
    return table(header, cells)


def machine() -> str:
    """The processor, the widest instructions that it has, and the versions of the peers."""
    fields: dict[str, str] = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    flags = fields.get("flags", "").split()
    known = {"avx512f": "AVX-512", "avx2": "AVX2"}
    widest = next((name for flag, name in known.items() if flag in flags), "SSE2")
    packages = ("numba", "jax", "torch")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return f"{fields.get('model name', 'unknown processor')}, {widest}; {versions}"


def measure(session: Session, selected: list[str]) -> tuple[str, bool]:
    """Runs what is selected; returns the report and whether everything was reached."""
    skipped: dict[str, str] = {}
    cpp = has_cpp()
    if not cpp:
        skipped["cpp"] = "no g++ with the headers of Boost (libboost-dev)"
    rows: list[Row] = []
    extra: list[list[str]] = []
    for work in (w for w in WORKLOADS if w.name in selected):
        peers = [peer for peer in work.peers if cpp or not peer.startswith("cpp")]
        rows.append(compare(session, work, peers, skipped))
        print(f"{work.name}: {rows[-1].verdict()}", file=sys.stderr, flush=True)
    good = all(row.verdict() == "ok" for row in rows)
    if "threads" in selected:
        ratio = two_threads(session)
        verdict = "ok" if ratio >= TWO_THREADS else "MISSED"
        name = f"two threads over one, wall time, {SCALED.name}"
        extra.append([name, f"{ratio:.2f}", f"{TWO_THREADS}", verdict])
    if "normals" in selected:
        speed, off = normals(session)
        verdict = "DISAGREES" if off > LIMIT else "ok" if speed >= NORMALS else "MISSED"
        name = "normals in f64, 10⁹ a second"
        extra.append([name, f"{speed / 1e9:.2f}", f"{NORMALS / 1e9}", verdict])
    good &= all(row[-1] == "ok" for row in extra)
    parts = [f"{machine()}. One core; rates in 10⁶ path-steps a second of CPU time.\n"]
    parts += [main_table(rows)] if rows else []
    parts += [table(["", "measured", "required", ""], extra)] if extra else []
    parts += ["".join(f"- did not run: {name}: {why}\n" for name, why in skipped.items())]
    return "\n".join(part for part in parts if part), good


def select(only: str | None) -> list[str]:
    """The names of rows that `W3,W4 adamw,normals` stands for; all without it."""
    names = [work.name for work in WORKLOADS] + list(EXTRAS)
    if only is None:
        return names
    wanted = [word.strip() for word in only.split(",")]
    unknown = [w for w in wanted if not any(w in (name, name.split()[0]) for name in names)]
    if unknown:
        print(f"no workload {', '.join(unknown)}; there are {', '.join(names)}", file=sys.stderr)
        sys.exit(2)
    return [name for name in names if name in wanted or name.split()[0] in wanted]


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--core", type=int, default=1, help="the core that everything is pinned to")
    parser.add_argument("--only", help="some rows, such as `W3,W4 adamw,threads,normals`")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program has its turn")
    parser.add_argument("--quick", action="store_true", help="one round of one repetition")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the tables to this file")
    parser.add_argument("--json", type=pathlib.Path, help="write every line of every program")
    parser.add_argument("--program", type=pathlib.Path, help="our program, if it is built already")
    return parser.parse_args()


def main() -> None:
    """Measures, prints and fails where something is missed."""
    options = parse()
    selected = select(options.only)
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as folder:
        session = Session(options, pathlib.Path(folder))
        try:
            report, good = measure(session, selected)
        except Failure as failure:
            print(failure, file=sys.stderr)
            sys.exit(2)
    print(report, end="")
    if options.markdown:
        options.markdown.write_text(report)
    if options.json:
        options.json.write_text("".join(json.dumps(line) + "\n" for line in session.lines))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
