"""W3: diagonal quadratic Langevin by Euler-Maruyama; bound by random numbers and by FMA.

    dX = -a o X dt + sqrt(2 T) dW,    dt = 0.01, X0 = 0

Checksum: mean over j of E[X_j^2] / exact variance of Euler-Maruyama (1), and its standard error.
"""

import common

a = common.parse(
    "W3",
    [
        "numpy",
        "numba",
        "jax",
        "jaxblock",
        "diffrax",
        "diffrax_vbt",
        "torch",
        "torchcompile",
        "torchsde",
        "cpp",
    ],
    paths=100000,
    steps=1000,
    dim=2,
)
import numpy as np

d, P, K = a.dim, a.paths, a.steps
A = np.linspace(0.5, 2.0, d)
dt = 0.01
s = np.sqrt(2 * 1.0 * dt)
c = 1 - A * dt
exact = s * s * (1 - c ** (2 * K)) / (1 - c * c)
DT = np.float64 if a.dtype == "f64" else np.float32
cc = c.astype(DT)


def chk(m2):
    r = np.asarray(m2, np.float64) / exact
    return dict(ratio_to_exact=float(r.mean()), se=float(np.sqrt(2.0 / (P * d))))


if a.impl == "numpy":

    def run():
        rng = np.random.Generator(np.random.SFC64(a.seed))
        x = np.zeros((P, d), DT)
        z = np.empty((P, d), DT)
        for k in range(K):
            rng.standard_normal(out=z, dtype=DT)
            z *= DT(s)
            x *= cc
            x += z
        return chk((x.astype(np.float64) ** 2).mean(0))

elif a.impl == "numba":
    from concurrent.futures import ThreadPoolExecutor

    import numba as nb

    if a.rng == "legacy":

        @nb.njit(fastmath=True, nogil=True)
        def paths(rng, seed, P, K, c, s, out):
            np.random.seed(seed)
            d = c.size
            x = np.empty(d, c.dtype)
            for p in range(P):
                x[:] = 0
                for k in range(K):
                    for j in range(d):
                        x[j] = c[j] * x[j] + s * np.random.standard_normal()
                for j in range(d):
                    out[j] += x[j] * x[j]

    else:

        @nb.njit(fastmath=True, nogil=True)
        def paths(rng, seed, P, K, c, s, out):
            d = c.size
            x = np.empty(d, c.dtype)
            for p in range(P):
                x[:] = 0
                for k in range(K):
                    for j in range(d):
                        x[j] = c[j] * x[j] + s * rng.standard_normal()
                for j in range(d):
                    out[j] += x[j] * x[j]

    def run():
        o = [np.zeros(d) for _ in range(a.threads)]
        ss = np.random.SeedSequence(a.seed).spawn(a.threads)
        cnt = [P // a.threads + (t < P % a.threads) for t in range(a.threads)]
        f = lambda t: paths(
            np.random.Generator(np.random.SFC64(ss[t])), a.seed + t, cnt[t], K, cc, DT(s), o[t]
        )
        if a.threads == 1:
            f(0)
        else:
            with ThreadPoolExecutor(a.threads) as ex:
                list(ex.map(f, range(a.threads)))
        return chk(sum(o) / P)

elif a.impl in ("jax", "jaxblock"):
    import jax
    import jax.numpy as jnp
    from jax import lax

    impl = "threefry2x32" if a.rng == "best" else a.rng
    cj = jnp.asarray(cc)
    if a.impl == "jax":  # all paths at once, one scan over time

        @jax.jit
        def sim(key):
            def step(x, k):
                return (
                    cj * x + DT(s) * jax.random.normal(jax.random.fold_in(key, k), (P, d), DT),
                    None,
                )

            x = lax.scan(step, jnp.zeros((P, d), DT), jnp.arange(K))[0]
            return (x * x).mean(0)

    else:  # cache-blocked: lax.map over blocks of paths (what an expert would do on a CPU)
        Bk = max(1, min(P, 4096 // d))
        nb_ = -(-P // Bk)
        P = nb_ * Bk

        @jax.jit
        def sim(key):
            def block(b):
                kb = jax.random.fold_in(key, b)

                def step(x, k):
                    return (
                        cj * x + DT(s) * jax.random.normal(jax.random.fold_in(kb, k), (Bk, d), DT),
                        None,
                    )

                x = lax.scan(step, jnp.zeros((Bk, d), DT), jnp.arange(K))[0]
                return (x * x).mean(0)

            return lax.map(block, jnp.arange(nb_)).mean(0)

    def run():
        return chk(np.asarray(sim(jax.random.key(a.seed, impl=impl)).block_until_ready()))

elif a.impl in ("diffrax", "diffrax_vbt"):
    import diffrax as dx
    import jax
    import jax.numpy as jnp
    import lineax as lx

    Aj = jnp.asarray(A, DT)
    g = DT(np.sqrt(2.0))

    @jax.jit
    def sim(keys):
        def one(key):
            bm = (
                dx.UnsafeBrownianPath(shape=(d,), key=key)
                if a.impl == "diffrax"
                else dx.VirtualBrownianTree(0.0, K * dt, tol=dt / 2, shape=(d,), key=key)
            )
            terms = dx.MultiTerm(
                dx.ODETerm(lambda t, x, _: -Aj * x),
                dx.ControlTerm(lambda t, x, _: lx.DiagonalLinearOperator(jnp.full(d, g)), bm),
            )
            return dx.diffeqsolve(
                terms,
                dx.Euler(),
                0.0,
                K * dt,
                dt0=dt,
                y0=jnp.zeros(d, DT),
                saveat=dx.SaveAt(t1=True),
                max_steps=K + 16,
                adjoint=(
                    dx.DirectAdjoint() if a.impl == "diffrax" else dx.RecursiveCheckpointAdjoint()
                ),
            ).ys[0]

        x = jax.vmap(one)(keys)
        return (x * x).mean(0)

    def run():
        return chk(np.asarray(sim(jax.random.split(jax.random.key(a.seed), P)).block_until_ready()))

elif a.impl in ("torch", "torchcompile"):
    import torch

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    ct = torch.from_numpy(cc)
    if a.impl == "torch":

        def run():
            gen = torch.Generator().manual_seed(a.seed)
            x = torch.zeros(P, d, dtype=ct.dtype)
            z = torch.empty_like(x)
            for k in range(K):
                z.normal_(generator=gen)
                x.mul_(ct).add_(z, alpha=float(s))
            return chk((x.double() ** 2).mean(0).numpy())

    else:
        step = torch.compile(lambda x: ct * x + float(s) * torch.randn_like(x))

        def run():
            torch.manual_seed(a.seed)
            x = torch.zeros(P, d, dtype=ct.dtype)
            for k in range(K):
                x = step(x)
            return chk((x.double() ** 2).mean(0).numpy())

elif a.impl == "torchsde":
    import torch
    import torchsde

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    At = torch.from_numpy(A.astype(DT))

    class S(torch.nn.Module):
        noise_type, sde_type = "diagonal", "ito"

        def f(self, t, x):
            return -At * x

        def g(self, t, x):
            return torch.full_like(x, float(np.sqrt(2.0)))

    def run():
        bm = torchsde.BrownianInterval(
            t0=0.0, t1=float(K * dt) + 1e-9, size=(P, d), dtype=At.dtype, entropy=a.seed, dt=dt
        )
        ys = torchsde.sdeint(
            S(),
            torch.zeros(P, d, dtype=At.dtype),
            torch.tensor([0.0, K * dt], dtype=At.dtype),
            method="euler",
            dt=dt,
            bm=bm,
        )
        return chk((ys[-1].double() ** 2).mean(0).numpy())

elif a.impl == "cpp":
    import cpp_build

    lib = cpp_build.load()

    def run():
        o = np.zeros(d)
        lib.w3(P, K, d, A, dt, s, o, a.seed, a.threads)
        return chk(o / P)


common.bench(a, run, P * K, extra=dict(normals=P * K * d))
