"""W1: single-sample least-squares SGD on a finite data set, many independent chains.

Checksum: E|th-th*|^2 at about 50 log-spaced times.
"""

import common

a = common.parse(
    "W1",
    ["numpy", "numba", "jax", "torch", "torchcompile", "cpp"],
    paths=4096,
    steps=10000,
    dim=10,
    n=1000,
)
import numpy as np

import data

n, d, P, K = a.n, a.dim, a.paths, a.steps
X, y = data.least_squares(n, d)
ths = np.linalg.lstsq(X, y, rcond=None)[0]
gam = 0.5 / np.mean((X * X).sum(1))
T = common.logtimes(K)
m = len(T)
DT = np.float64 if a.dtype == "f64" else np.float32
Xc, yc, tc = X.astype(DT), y.astype(DT), ths.astype(DT)


def chk(E):
    return common.error_summary(T, E, K)


if a.impl == "numpy":

    def run():
        rng = np.random.Generator(np.random.SFC64(a.seed))
        th = np.zeros((P, d), DT)
        E = np.zeros(m)
        r = 0
        g = DT(gam)
        for k in range(1, K + 1):
            i = rng.integers(0, n, P)
            x = Xc[i]
            res = np.einsum("pd,pd->p", x, th) - yc[i]
            x *= (g * res)[:, None]
            th -= x
            if k == T[r]:
                E[r] = np.mean(((th - tc) ** 2).sum(1))
                r += 1
        return chk(E)

elif a.impl == "numba":
    from concurrent.futures import ThreadPoolExecutor

    import numba as nb

    legacy = a.rng == "legacy"
    if legacy:

        @nb.njit(fastmath=True, nogil=True)
        def chains(rng, seed, P, K, X, y, ths, gam, T, E):
            np.random.seed(seed)
            n, d = X.shape
            th = np.empty(d, X.dtype)
            for p in range(P):
                th[:] = 0
                r = 0
                for k in range(1, K + 1):
                    i = np.random.randint(0, n)
                    s = -y[i]
                    for j in range(d):
                        s += X[i, j] * th[j]
                    s *= gam
                    for j in range(d):
                        th[j] -= s * X[i, j]
                    if k == T[r]:
                        e = 0.0
                        for j in range(d):
                            e += (th[j] - ths[j]) ** 2
                        E[r] += e
                        r += 1

    else:

        @nb.njit(fastmath=True, nogil=True)
        def chains(rng, seed, P, K, X, y, ths, gam, T, E):
            n, d = X.shape
            th = np.empty(d, X.dtype)
            for p in range(P):
                th[:] = 0
                r = 0
                for k in range(1, K + 1):
                    i = rng.integers(0, n)
                    s = -y[i]
                    for j in range(d):
                        s += X[i, j] * th[j]
                    s *= gam
                    for j in range(d):
                        th[j] -= s * X[i, j]
                    if k == T[r]:
                        e = 0.0
                        for j in range(d):
                            e += (th[j] - ths[j]) ** 2
                        E[r] += e
                        r += 1

    def run():
        Es = [np.zeros(m) for _ in range(a.threads)]
        ss = np.random.SeedSequence(a.seed).spawn(a.threads)
        cnt = [P // a.threads + (t < P % a.threads) for t in range(a.threads)]
        f = lambda t: chains(
            np.random.Generator(np.random.SFC64(ss[t])),
            a.seed + t,
            cnt[t],
            K,
            Xc,
            yc,
            tc,
            DT(gam),
            T,
            Es[t],
        )
        if a.threads == 1:
            f(0)
        else:
            with ThreadPoolExecutor(a.threads) as ex:
                list(ex.map(f, range(a.threads)))
        return chk(sum(Es) / P)

elif a.impl == "jax":
    import jax
    import jax.numpy as jnp
    from jax import lax

    impl = "threefry2x32" if a.rng == "best" else a.rng
    Xj, yj, tj = jnp.asarray(Xc), jnp.asarray(yc), jnp.asarray(tc)
    Tj = jnp.asarray(np.concatenate([[0], T]))
    g = DT(gam)

    @jax.jit
    def sim(key):
        def step(k, th):
            i = jax.random.randint(jax.random.fold_in(key, k), (P,), 0, n, dtype=jnp.int32)
            x = Xj[i]
            res = (x * th).sum(1) - yj[i]
            return th - (g * res)[:, None] * x

        def seg(th, r):
            th = lax.fori_loop(Tj[r], Tj[r + 1], step, th)
            return th, jnp.mean(((th - tj) ** 2).sum(1))

        return lax.scan(seg, jnp.zeros((P, d), DT), jnp.arange(m))[1]

    def run():
        return chk(np.asarray(sim(jax.random.key(a.seed, impl=impl)).block_until_ready()))

elif a.impl in ("torch", "torchcompile"):
    import torch

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    Xt, yt, tt = torch.from_numpy(Xc), torch.from_numpy(yc), torch.from_numpy(tc)

    def step(th, i):
        x = Xt[i]
        res = (x * th).sum(1) - yt[i]
        return th - (gam * res)[:, None] * x

    if a.impl == "torchcompile":
        step = torch.compile(step)

    def run():
        gen = torch.Generator().manual_seed(a.seed)
        th = torch.zeros(P, d, dtype=Xt.dtype)
        E = np.zeros(m)
        r = 0
        for k in range(1, K + 1):
            th = step(th, torch.randint(n, (P,), generator=gen))
            if k == T[r]:
                E[r] = float(((th - tt) ** 2).sum(1).mean())
                r += 1
        return chk(E)

elif a.impl == "cpp":
    import cpp_build

    lib = cpp_build.load()

    def run():
        E = np.zeros(m)
        lib.w1(P, K, n, d, X, y, ths, gam, T, m, E, a.seed, a.threads)
        return chk(E / P)


common.bench(a, run, P * K)
