"""W5: stationary samples from long chains of ridge regression, batches of B with replacement.

    sgd   th -= gam ((1/B) sum_b (x_b th - y_b) x_b + delta th)
    hsgd  homogenised SGD by Euler-Maruyama, dt = gam:
          th += -gam (H (th - ths) + delta th) + gam sqrt(2 L(th) / B) H^{1/2} xi,
          L = 1/2 (th - ths)' H (th - ths) + L0

|th - mu|, with mu the ridge solution, is stored every 10th step after a tenth as burn-in.
Checksum: mean of its logarithm and quantiles; its tails are heavy.
"""

import common

a = common.parse(
    "W5",
    ["numpy", "numba", "jax", "torch", "cpp"],
    paths=1,
    steps=1000000,
    dim=10,
    n=1000,
    variant="sgd",
)
import numpy as np

import data

n, d, P, K, B, thin, v = a.n, a.dim, a.paths, a.steps, 4, 10, a.variant
X, y = data.least_squares(n, d)
delta = 0.1
H = X.T @ X / n
ths = np.linalg.solve(H, X.T @ y / n)
mu = np.linalg.solve(H + delta * np.eye(d), X.T @ y / n)
L0 = 0.5 * np.mean((X @ ths - y) ** 2)
w_, U_ = np.linalg.eigh(H)
Hs = (U_ * np.sqrt(w_)) @ U_.T
gam = 0.40  # heavy-tailed but stationary
burn = K // 10
m = (K - burn) // thin
DT = np.float64 if a.dtype == "f64" else np.float32
Xc, yc, mc, Hc, Hsc, tsc = (q.astype(DT) for q in (X, y, mu, H, Hs, ths))


def chk(R):
    R = np.asarray(R, np.float64).ravel()
    q = np.quantile(R, [0.5, 0.9, 0.99])
    return dict(
        mean_log=float(np.mean(np.log(R))),
        q50=float(q[0]),
        q90=float(q[1]),
        q99=float(q[2]),
        nsamp=int(R.size),
        max=float(R.max()),
    )


if a.impl == "numpy":

    def run():
        rng = np.random.Generator(np.random.SFC64(a.seed))
        th = np.tile(mc, (P, 1))
        R = np.empty((m, P))
        q = 0
        CH = 1000
        for k in range(1, K + 1):
            j = (k - 1) % CH
            if v == "sgd":
                if j == 0:
                    I = rng.integers(0, n, (CH, P, B))
                x = Xc[I[j]]
                r = np.einsum("pbd,pd->pb", x, th)
                r -= yc[I[j]]
                g = np.einsum("pbd,pb->pd", x, r)
                g *= DT(1 / B)
                g += DT(delta) * th
                g *= DT(gam)
                th -= g
            else:
                if j == 0:
                    Z = rng.standard_normal((CH, P, d), dtype=DT) @ Hsc.T
                u = th - tsc
                hu = u @ Hc
                L = DT(0.5) * np.einsum("pd,pd->p", u, hu) + DT(L0)
                hu += DT(delta) * th
                hu *= DT(gam)
                th -= hu
                th += (DT(gam) * np.sqrt(DT(2 / B) * L))[:, None] * Z[j]
            if k > burn and (k - burn) % thin == 0:
                e = th - mc
                R[q] = np.sqrt(np.einsum("pd,pd->p", e, e))
                q += 1
        return chk(R[:q])

elif a.impl == "numba":
    import math
    from concurrent.futures import ThreadPoolExecutor

    import numba as nb

    @nb.njit(fastmath=True, nogil=True)
    def chains(rng, leg, seed, vi, P, K, B, X, y, ths, mu, H, Hs, L0, gam, delta, burn, thin, R):
        if leg:
            np.random.seed(seed)
        n, d = X.shape
        th = np.empty(d, X.dtype)
        g = np.empty(d, X.dtype)
        u = np.empty(d, X.dtype)
        xi = np.empty(d, X.dtype)
        for p in range(P):
            th[:] = mu
            q = 0
            for k in range(1, K + 1):
                if vi == 0:
                    g[:] = 0
                    for b in range(B):
                        i = np.random.randint(0, n) if leg else rng.integers(0, n)
                        s = -y[i]
                        for j in range(d):
                            s += X[i, j] * th[j]
                        for j in range(d):
                            g[j] += s * X[i, j]
                    for j in range(d):
                        th[j] -= gam * (g[j] / B + delta * th[j])
                else:
                    for j in range(d):
                        u[j] = th[j] - ths[j]
                        xi[j] = rng.standard_normal()
                    L = 0.0
                    for i in range(d):
                        s = 0.0
                        for j in range(d):
                            s += H[i, j] * u[j]
                        g[i] = s
                        L += u[i] * s
                    c = gam * math.sqrt((L + 2 * L0) / B)
                    for i in range(d):
                        s = 0.0
                        for j in range(d):
                            s += Hs[i, j] * xi[j]
                        th[i] += c * s - gam * (g[i] + delta * th[i])
                if k > burn and (k - burn) % thin == 0:
                    e = 0.0
                    for j in range(d):
                        e += (th[j] - mu[j]) ** 2
                    R[p, q] = math.sqrt(e)
                    q += 1

    def run():
        T = a.threads
        ss = np.random.SeedSequence(a.seed).spawn(T)
        R = np.empty((P, m))
        sl = [slice(P * t // T, P * (t + 1) // T) for t in range(T)]
        f = lambda t: chains(
            np.random.Generator(np.random.SFC64(ss[t])),
            a.rng == "legacy",
            a.seed + t,
            int(v == "hsgd"),
            len(R[sl[t]]),
            K,
            B,
            Xc,
            yc,
            tsc,
            mc,
            Hc,
            Hsc,
            DT(L0),
            DT(gam),
            DT(delta),
            burn,
            thin,
            R[sl[t]],
        )
        if T == 1:
            f(0)
        else:
            with ThreadPoolExecutor(T) as ex:
                list(ex.map(f, range(T)))
        return chk(R)

elif a.impl == "jax":
    import jax
    import jax.numpy as jnp
    from jax import lax

    impl = "threefry2x32" if a.rng == "best" else a.rng
    Xj, yj, mj, Hj, Hsj, tj = (jnp.asarray(q) for q in (Xc, yc, mc, Hc, Hsc, tsc))

    def block(th, key):  # thin steps; randomness for the block drawn at once
        if v == "sgd":
            rs = jax.random.randint(key, (thin, P, B), 0, n, dtype=jnp.int32)
        else:
            rs = jax.random.normal(key, (thin, P, d), DT) @ Hsj.T

        def step(th, r):
            if v == "sgd":
                x = Xj[r]
                res = (x * th[:, None, :]).sum(2) - yj[r]
                g = (x * res[:, :, None]).sum(1) * DT(1 / B)
                return th - DT(gam) * (g + DT(delta) * th), None
            u = th - tj
            hu = u @ Hj
            L = DT(0.5) * (u * hu).sum(1) + DT(L0)
            return (
                th
                - DT(gam) * (hu + DT(delta) * th)
                + (DT(gam) * jnp.sqrt(DT(2 / B) * L))[:, None] * r,
                None,
            )

        th = lax.scan(step, th, rs)[0]
        return th, jnp.sqrt(((th - mj) ** 2).sum(1))

    @jax.jit
    def sim(key):
        th = jnp.tile(mj, (P, 1))
        k1, k2 = jax.random.split(key)
        th = lax.scan(
            lambda t, k: (block(t, jax.random.fold_in(k1, k))[0], None),
            th,
            jnp.arange(burn // thin),
        )[0]
        return lax.scan(lambda t, k: block(t, jax.random.fold_in(k2, k)), th, jnp.arange(m))[1]

    def run():
        return chk(np.asarray(sim(jax.random.key(a.seed, impl=impl)).block_until_ready()))

elif a.impl == "torch":
    import torch

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    Xt, yt, mt, Ht, Hst, tt = (torch.from_numpy(q) for q in (Xc, yc, mc, Hc, Hsc, tsc))

    def run():
        gen = torch.Generator().manual_seed(a.seed)
        th = mt.repeat(P, 1)
        R = []
        CH = 1000
        for k in range(1, K + 1):
            j = (k - 1) % CH
            if v == "sgd":
                if j == 0:
                    I = torch.randint(n, (CH, P, B), generator=gen)
                x = Xt[I[j]]
                r = torch.bmm(x, th[:, :, None])[:, :, 0] - yt[I[j]]
                g = torch.bmm(r[:, None, :], x)[:, 0, :]
                th = th - gam * (g * (1 / B) + delta * th)
            else:
                if j == 0:
                    Z = torch.randn(CH, P, d, generator=gen, dtype=Xt.dtype) @ Hst.T
                u = th - tt
                hu = u @ Ht
                L = 0.5 * (u * hu).sum(1) + L0
                th = th - gam * (hu + delta * th) + (gam * torch.sqrt(2 / B * L))[:, None] * Z[j]
            if k > burn and (k - burn) % thin == 0:
                R.append((th - mt).norm(dim=1))
        return chk(torch.stack(R).numpy())

elif a.impl == "cpp":
    import cpp_build

    lib = cpp_build.load()

    def run():
        R = np.zeros((P, m))
        lib.w5(
            P,
            K,
            n,
            d,
            B,
            X,
            y if v == "sgd" else np.ascontiguousarray(ths),
            mu,
            H,
            Hs,
            L0,
            gam,
            delta,
            int(v == "hsgd"),
            thin,
            R,
            a.seed,
            a.threads,
        )
        return chk(R)


common.bench(a, run, P * K)
