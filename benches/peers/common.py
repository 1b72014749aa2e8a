"""Command line and timing of the peers.

Import it before NumPy, JAX and PyTorch: it sets the affinity and the numbers of threads.
"""

import argparse
import json
import os
import sys
import time


def parse(name, impls, **defaults):
    p = argparse.ArgumentParser(name)
    p.add_argument("--impl", required=True, choices=impls)
    p.add_argument("--paths", type=int, default=defaults.get("paths", 1024))
    p.add_argument("--steps", type=int, default=defaults.get("steps", 1000))
    p.add_argument("--dim", type=int, default=defaults.get("dim", 10))
    p.add_argument("--n", type=int, default=defaults.get("n", 1000))
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--dtype", choices=["f64", "f32"], default="f64")
    p.add_argument("--variant", default=defaults.get("variant", ""))
    p.add_argument(
        "--rng",
        default="best",
        help="numba: legacy|sfc64 ; jax: threefry2x32|rbg|unsafe_rbg ; numpy: PCG64|SFC64",
    )
    p.add_argument("--reps", type=int, default=3)
    p.add_argument(
        "--cap", type=float, default=180.0, help="seconds of wall allowed for all reps together"
    )
    p.add_argument("--core", type=int, default=1)
    a = p.parse_args()
    a.workload = name
    os.sched_setaffinity(0, {a.core} if a.threads == 1 else {0, 1})
    t = str(a.threads)
    for v in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[v] = t
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["JAX_ENABLE_X64"] = "1" if a.dtype == "f64" else "0"
    if a.threads == 1:
        os.environ["XLA_FLAGS"] = (
            os.environ.get("XLA_FLAGS", "")
            + " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
    return a


def bench(a, run, work, unit="path_steps", extra=None):
    """run() -> dict of checksum statistics. First call counts as compile+warm-up."""
    wall, cpu = [], []
    t0 = time.perf_counter()
    c0 = time.process_time()
    chk = run()
    first = time.perf_counter() - t0
    first_cpu = time.process_time() - c0
    start = time.perf_counter()
    if first < a.cap * 0.6:
        for _ in range(a.reps):
            t0 = time.perf_counter()
            c0 = time.process_time()
            chk = run()
            wall.append(time.perf_counter() - t0)
            cpu.append(time.process_time() - c0)
            if time.perf_counter() - start + min(wall) > a.cap:
                break
    if not wall:
        wall, cpu = [first], [first_cpu]
    w, c = min(wall), min(cpu)
    # one-thread runs: process CPU time is the contention-free figure; many-thread runs: wall time
    s = c if a.threads == 1 else w
    out = dict(
        workload=a.workload,
        variant=a.variant,
        impl=a.impl,
        rng=a.rng,
        paths=a.paths,
        steps=a.steps,
        dim=a.dim,
        n=a.n,
        dtype=a.dtype,
        threads=a.threads,
        seed=a.seed,
        reps=len(wall),
        compile_s=max(0.0, first - w),
        first_s=first,
        seconds=s,
        wall_s=w,
        cpu_s=c,
        work=work,
        unit=unit,
        rate=work / s,
        checksum=chk,
    )
    if extra:
        out.update(extra)
    print(json.dumps(out))
    sys.stdout.flush()
    return out


def logtimes(K, m=50):
    import numpy as np

    return np.unique(np.round(np.logspace(0, np.log10(K), m)).astype(np.int64))


def error_summary(T, E, K):
    """Checksum of W1 and W2: E|theta - theta*|^2 at the first time, at 100 and at the last."""
    import numpy as np

    E = np.asarray(E, np.float64)
    j = np.searchsorted(T, [1, 100, K])
    return dict(
        E_first=float(E[j[0]]),
        E_100=float(E[min(j[1], len(E) - 1)]),
        E_final=float(E[j[2]]),
        E_last10mean=float(E[-10:].mean()),
    )
