"""W2: Euler-Maruyama of the least-squares training SDE, whose noise has n dimensions.

    dth = -(1/n) X^T r dt + sqrt(gam/n) X^T (diag(r) - (1/n) r 1^T) dB,    r = X th - y

with step dt = gam. Checksum: as in W1.
"""

import common

a = common.parse(
    "W2",
    ["numpy", "numba", "jax", "diffrax", "diffrax_vbt", "torch", "torchsde", "cpp"],
    paths=1024,
    steps=1000,
    dim=10,
    n=100,
)
import numpy as np

import data

n, d, P, K = a.n, a.dim, a.paths, a.steps
X, y = data.least_squares(n, d)
ths = np.linalg.lstsq(X, y, rcond=None)[0]
gam = 0.5 / np.mean((X * X).sum(1))
dt = gam
T = common.logtimes(K)
m = len(T)
DT = np.float64 if a.dtype == "f64" else np.float32
Xc, yc, tc = X.astype(DT), y.astype(DT), ths.astype(DT)
c0, c1 = -dt / n, np.sqrt(gam / n) * np.sqrt(dt)


def chk(E):
    return common.error_summary(T, E, K)


if a.impl == "numpy":

    def run():
        rng = np.random.Generator(np.random.SFC64(a.seed))
        th = np.zeros((P, d), DT)
        E = np.zeros(m)
        r = 0
        b = np.empty((P, n), DT)
        XT = np.ascontiguousarray(Xc.T)
        for k in range(1, K + 1):
            rng.standard_normal(out=b, dtype=DT)
            b -= b.mean(1, keepdims=True)
            b *= DT(c1)
            b += DT(c0)
            res = th @ XT
            res -= yc
            res *= b
            th += res @ Xc
            if k == T[r]:
                E[r] = np.mean(((th - tc) ** 2).sum(1))
                r += 1
        return chk(E)

elif a.impl == "numba":
    from concurrent.futures import ThreadPoolExecutor

    import numba as nb

    @nb.njit(fastmath=True, nogil=True)
    def chains(rng, P, K, X, y, ths, c0, c1, T, E):
        n, d = X.shape
        th = np.empty(d, X.dtype)
        b = np.empty(n, X.dtype)
        w = np.empty(n, X.dtype)
        for p in range(P):
            th[:] = 0
            r = 0
            for k in range(1, K + 1):
                mb = 0.0
                for i in range(n):
                    b[i] = rng.standard_normal()
                    mb += b[i]
                mb /= n
                for i in range(n):
                    s = -y[i]
                    for j in range(d):
                        s += X[i, j] * th[j]
                    w[i] = s * (c0 + c1 * (b[i] - mb))
                for i in range(n):
                    for j in range(d):
                        th[j] += w[i] * X[i, j]
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
            cnt[t],
            K,
            Xc,
            yc,
            tc,
            DT(c0),
            DT(c1),
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

    @jax.jit
    def sim(key):
        def step(k, th):
            b = jax.random.normal(jax.random.fold_in(key, k), (P, n), DT)
            w = (th @ Xj.T - yj) * (DT(c0) + DT(c1) * (b - b.mean(1, keepdims=True)))
            return th + w @ Xj

        def seg(th, r):
            th = lax.fori_loop(Tj[r], Tj[r + 1], step, th)
            return th, jnp.mean(((th - tj) ** 2).sum(1))

        return lax.scan(seg, jnp.zeros((P, d), DT), jnp.arange(m))[1]

    def run():
        return chk(np.asarray(sim(jax.random.key(a.seed, impl=impl)).block_until_ready()))

elif a.impl in ("diffrax", "diffrax_vbt"):
    import diffrax as dx
    import jax
    import jax.numpy as jnp

    Xj, yj, tj = jnp.asarray(Xc), jnp.asarray(yc), jnp.asarray(tc)
    tT = jnp.asarray(T * dt, DT)
    s = DT(np.sqrt(gam / n))
    drift = lambda t, th, args: -(Xj.T @ (Xj @ th - yj)) / n

    def diff(t, th, args):
        r = Xj @ th - yj
        return s * (Xj.T * r[None, :] - (Xj.T @ r)[:, None] / n)

    @jax.jit
    def sim(keys):
        def one(key):
            if a.impl == "diffrax":
                bm = dx.UnsafeBrownianPath(shape=(n,), key=key)
            else:
                bm = dx.VirtualBrownianTree(0.0, K * dt, tol=dt / 2, shape=(n,), key=key)
            terms = dx.MultiTerm(dx.ODETerm(drift), dx.ControlTerm(diff, bm))
            sol = dx.diffeqsolve(
                terms,
                dx.Euler(),
                0.0,
                K * dt,
                dt0=dt,
                y0=jnp.zeros(d, DT),
                saveat=dx.SaveAt(ts=tT),
                max_steps=K + 16,
                adjoint=(
                    dx.DirectAdjoint() if a.impl == "diffrax" else dx.RecursiveCheckpointAdjoint()
                ),
            )
            return ((sol.ys - tj) ** 2).sum(1)

        return jax.vmap(one)(keys).mean(0)

    def run():
        return chk(np.asarray(sim(jax.random.split(jax.random.key(a.seed), P)).block_until_ready()))

elif a.impl == "torch":
    import torch

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    Xt, yt, tt = torch.from_numpy(Xc), torch.from_numpy(yc), torch.from_numpy(tc)

    def run():
        gen = torch.Generator().manual_seed(a.seed)
        th = torch.zeros(P, d, dtype=Xt.dtype)
        E = np.zeros(m)
        r = 0
        b = torch.empty(P, n, dtype=Xt.dtype)
        for k in range(1, K + 1):
            b.normal_(generator=gen)
            b -= b.mean(1, keepdim=True)
            b.mul_(c1).add_(c0)
            w = torch.addmm(-yt, th, Xt.T)
            w *= b
            th.addmm_(w, Xt)
            if k == T[r]:
                E[r] = float(((th - tt) ** 2).sum(1).mean())
                r += 1
        return chk(E)

elif a.impl == "torchsde":
    import torch
    import torchsde

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    Xt, yt, tt = torch.from_numpy(Xc), torch.from_numpy(yc), torch.from_numpy(tc)
    s = float(np.sqrt(gam / n))

    class S(torch.nn.Module):
        noise_type, sde_type = "general", "ito"

        def f(self, t, th):
            return -((th @ Xt.T - yt) @ Xt) / n

        def g(self, t, th):
            r = th @ Xt.T - yt
            return s * (Xt.T[None] * r[:, None, :] - ((r @ Xt) / n)[:, :, None])

    ts = torch.tensor(np.concatenate([[0.0], T * dt]), dtype=Xt.dtype)

    def run():
        torch.manual_seed(a.seed)
        bm = torchsde.BrownianInterval(
            t0=0.0, t1=float(K * dt) + 1e-9, size=(P, n), dtype=Xt.dtype, entropy=a.seed, dt=dt
        )
        ys = torchsde.sdeint(
            S(), torch.zeros(P, d, dtype=Xt.dtype), ts, method="euler", dt=dt, bm=bm
        )
        return chk((((ys - tt) ** 2).sum(2).mean(1))[1:].numpy())

elif a.impl == "cpp":
    import cpp_build

    lib = cpp_build.load()

    def run():
        E = np.zeros(m)
        lib.w2(P, K, n, d, X, y, ths, gam, dt, T, m, E, a.seed, a.threads)
        return chk(E / P)


common.bench(a, run, P * K)
