"""W4: SignSGD, AdamW and Euler-Maruyama (dt = eta) of their SDEs on a noisy diagonal quadratic.

f = 1/2 x'Hx with gradient noise sigma N(0, I); r_i = (1 - b_i) / eta, g_i = 1 - exp(-r_i t).

    signsgd      x -= eta sign(g)
    adamw        bias corrected, decoupled weight decay 0.01, b1 = 0.9, b2 = 0.999, eps = 1e-8
    signsgd_sde  dX = -erf(Hx / (sqrt2 sig)) dt + sqrt(eta) sqrt(1 - erf^2) dW
    adamw_sde    dX = -(1/g1) (M + eta r1 (grad - M)) / (sqrt(V/g2) + eps) dt - wd X dt
                 dM = r1 (grad - M) dt + sqrt(eta) r1 sig dW
                 dV = r2 (grad^2 + sig^2 - V) dt

Checksum: mean final loss over chains, and its standard error.
"""

import common

a = common.parse(
    "W4",
    ["numpy", "numba", "jax", "diffrax", "torch", "torchcompile", "cpp"],
    paths=256,
    steps=2000,
    dim=100,
    variant="signsgd",
)
import numpy as np

d, P, K, v = a.dim, a.paths, a.steps, a.variant
h = np.linspace(0.1, 1.0, d)
eta, sig, b1, b2, eps, wd = 1e-3, 0.5, 0.9, 0.999, 1e-8, 0.01
r1, r2 = (1 - b1) / eta, (1 - b2) / eta
DT = np.float64 if a.dtype == "f64" else np.float32
hc = h.astype(DT)
VI = ["signsgd", "adamw", "signsgd_sde", "adamw_sde"].index(v)


def chk(Ls):
    Ls = np.asarray(Ls, np.float64)
    return dict(
        mean_loss=float(Ls.mean()), se=float(Ls.std() / np.sqrt(len(Ls))) if len(Ls) > 1 else None
    )


if a.impl == "numpy":
    from scipy.special import erf

    def run():
        rng = np.random.Generator(np.random.SFC64(a.seed))
        x = np.ones((P, d), DT)
        M = np.zeros_like(x)
        V = np.zeros_like(x)
        z = np.empty_like(x)
        for k in range(1, K + 1):
            rng.standard_normal(out=z, dtype=DT)
            if v == "signsgd":
                z *= DT(sig)
                z += hc * x
                x -= DT(eta) * np.sign(z)
            elif v == "adamw":
                z *= DT(sig)
                z += hc * x
                M *= DT(b1)
                M += DT(1 - b1) * z
                z *= z
                z *= DT(1 - b2)
                V *= DT(b2)
                V += z
                x -= DT(eta) * (
                    M * DT(1 / (1 - b1**k)) / (np.sqrt(V * DT(1 / (1 - b2**k))) + DT(eps))
                    + DT(wd) * x
                )
            elif v == "signsgd_sde":
                u = erf((hc * DT(np.sqrt(0.5) / sig)) * x)
                z *= DT(eta) * np.sqrt(1 - u * u)
                u *= DT(eta)
                x -= u
                x += z
            else:
                t = k * eta
                g1, g2 = DT(1 / (1 - np.exp(-r1 * t))), DT(1 / (1 - np.exp(-r2 * t)))
                gr = hc * x
                dM = DT(r1) * (gr - M)
                V += DT(eta * r2) * (gr * gr + DT(sig**2) - V)
                x -= DT(eta) * (g1 * (M + DT(eta) * dM) / (np.sqrt(V * g2) + DT(eps)) + DT(wd) * x)
                M += DT(eta) * dM + DT(eta * r1 * sig) * z
        return chk(0.5 * (hc * x * x).sum(1))

elif a.impl == "numba":
    import math
    from concurrent.futures import ThreadPoolExecutor

    import numba as nb

    @nb.njit(fastmath=True, nogil=True)
    def paths(rng, VI, P, K, h, eta, sig, b1, b2, eps, wd, r1, r2, out):
        d = h.size
        x = np.empty(d, h.dtype)
        M = np.empty(d, h.dtype)
        V = np.empty(d, h.dtype)
        z = np.empty(d, h.dtype)
        is2 = math.sqrt(0.5) / sig
        for p in range(P):
            x[:] = 1
            M[:] = 0
            V[:] = 0
            p1 = 1.0
            p2 = 1.0
            for k in range(1, K + 1):
                for j in range(d):
                    z[j] = rng.standard_normal()
                if VI == 0:
                    for j in range(d):
                        g = h[j] * x[j] + sig * z[j]
                        x[j] -= eta if g > 0 else -eta
                elif VI == 1:
                    p1 *= b1
                    p2 *= b2
                    c1 = 1 / (1 - p1)
                    c2 = 1 / (1 - p2)
                    for j in range(d):
                        g = h[j] * x[j] + sig * z[j]
                        M[j] = b1 * M[j] + (1 - b1) * g
                        V[j] = b2 * V[j] + (1 - b2) * g * g
                        x[j] -= eta * (M[j] * c1 / (math.sqrt(V[j] * c2) + eps) + wd * x[j])
                elif VI == 2:
                    for j in range(d):
                        u = math.erf(h[j] * x[j] * is2)
                        x[j] += eta * (math.sqrt(1 - u * u) * z[j] - u)
                else:
                    t = k * eta
                    g1 = 1 / (1 - math.exp(-r1 * t))
                    g2 = 1 / (1 - math.exp(-r2 * t))
                    for j in range(d):
                        g = h[j] * x[j]
                        dM = r1 * (g - M[j])
                        V[j] += eta * r2 * (g * g + sig * sig - V[j])
                        x[j] -= eta * (
                            g1 * (M[j] + eta * dM) / (math.sqrt(V[j] * g2) + eps) + wd * x[j]
                        )
                        M[j] += eta * dM + eta * r1 * sig * z[j]
            s = 0.0
            for j in range(d):
                s += 0.5 * h[j] * x[j] * x[j]
            out[p] = s

    def run():
        T = a.threads
        ss = np.random.SeedSequence(a.seed).spawn(T)
        o = np.zeros(P)
        sl = [slice(P * t // T, P * (t + 1) // T) for t in range(T)]
        f = lambda t: paths(
            np.random.Generator(np.random.SFC64(ss[t])),
            VI,
            len(o[sl[t]]),
            K,
            hc,
            DT(eta),
            DT(sig),
            DT(b1),
            DT(b2),
            DT(eps),
            DT(wd),
            DT(r1),
            DT(r2),
            o[sl[t]],
        )
        if T == 1:
            f(0)
        else:
            with ThreadPoolExecutor(T) as ex:
                list(ex.map(f, range(T)))
        return chk(o)

elif a.impl == "jax":
    import jax
    import jax.numpy as jnp
    from jax import lax

    hj = jnp.asarray(hc)
    impl = "threefry2x32" if a.rng == "best" else a.rng
    C = lambda q: jnp.asarray(q, DT)

    def step(key, k, st):
        x, M, V = st
        z = jax.random.normal(jax.random.fold_in(key, k), (P, d), DT)
        kf = k.astype(DT)
        if v == "signsgd":
            return x - C(eta) * jnp.sign(hj * x + C(sig) * z), M, V
        if v == "adamw":
            g = hj * x + C(sig) * z
            M = C(b1) * M + C(1 - b1) * g
            V = C(b2) * V + C(1 - b2) * g * g
            return (
                x
                - C(eta)
                * (M / (1 - C(b1) ** kf) / (jnp.sqrt(V / (1 - C(b2) ** kf)) + C(eps)) + C(wd) * x),
                M,
                V,
            )
        if v == "signsgd_sde":
            u = lax.erf(hj * C(np.sqrt(0.5) / sig) * x)
            return x + C(eta) * (jnp.sqrt(1 - u * u) * z - u), M, V
        t = kf * C(eta)
        g = hj * x
        dM = C(r1) * (g - M)
        V = V + C(eta * r2) * (g * g + C(sig**2) - V)
        x = x - C(eta) * (
            (M + C(eta) * dM)
            / (1 - jnp.exp(-C(r1) * t))
            / (jnp.sqrt(V / (1 - jnp.exp(-C(r2) * t))) + C(eps))
            + C(wd) * x
        )
        return x, M + C(eta) * dM + C(eta * r1 * sig) * z, V

    @jax.jit
    def sim(key):
        z0 = jnp.zeros((P, d), DT)
        x, _, _ = lax.fori_loop(
            1, K + 1, lambda k, st: step(key, k, st), (jnp.ones((P, d), DT), z0, z0)
        )
        return 0.5 * (hj * x * x).sum(1)

    def run():
        return chk(np.asarray(sim(jax.random.key(a.seed, impl=impl)).block_until_ready()))

elif a.impl == "diffrax":
    import diffrax as dx
    import jax
    import jax.numpy as jnp
    import lineax as lx

    hj = jnp.asarray(hc)
    assert v.endswith("_sde"), "diffrax: SDE variants only"

    @jax.jit
    def sim(keys):
        def one(key):
            bm = dx.UnsafeBrownianPath(shape=(d,), key=key)
            t1 = K * eta
            if v == "signsgd_sde":
                y0 = jnp.ones(d, DT)
                dr = lambda t, x, _: -jax.lax.erf(hj * (np.sqrt(0.5) / sig) * x)
                df = lambda t, x, _: lx.DiagonalLinearOperator(
                    jnp.sqrt(eta) * jnp.sqrt(1 - jax.lax.erf(hj * (np.sqrt(0.5) / sig) * x) ** 2)
                )
            else:
                y0 = jnp.stack([jnp.ones(d, DT), jnp.zeros(d, DT), jnp.zeros(d, DT)])

                def dr(t, s, _):
                    x, M, V = s
                    tt = t + eta
                    g = hj * x
                    dM = r1 * (g - M)
                    dV = r2 * (g * g + sig**2 - V)
                    Vn = V + eta * dV
                    dX = (
                        -(M + eta * dM)
                        / (1 - jnp.exp(-r1 * tt))
                        / (jnp.sqrt(Vn / (1 - jnp.exp(-r2 * tt))) + eps)
                        - wd * x
                    )
                    return jnp.stack([dX, dM, dV])

                def df(t, s, _):
                    return lx.FunctionLinearOperator(
                        lambda w: jnp.stack([0 * w, np.sqrt(eta) * r1 * sig * w, 0 * w]),
                        jax.ShapeDtypeStruct((d,), DT),
                    )

            sol = dx.diffeqsolve(
                dx.MultiTerm(dx.ODETerm(dr), dx.ControlTerm(df, bm)),
                dx.Euler(),
                0.0,
                t1,
                dt0=eta,
                y0=y0,
                saveat=dx.SaveAt(t1=True),
                max_steps=K + 16,
                adjoint=dx.DirectAdjoint(),
            )
            x = sol.ys[0] if v == "signsgd_sde" else sol.ys[0][0]
            return 0.5 * (hj * x * x).sum()

        return jax.vmap(one)(keys)

    def run():
        return chk(np.asarray(sim(jax.random.split(jax.random.key(a.seed), P)).block_until_ready()))

elif a.impl in ("torch", "torchcompile"):
    import torch

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    ht = torch.from_numpy(hc)
    s = float(np.sqrt(0.5) / sig)

    def step(x, M, V, z, c1, c2):
        if v == "signsgd":
            return x - eta * torch.sign(ht * x + sig * z), M, V
        if v == "adamw":
            g = ht * x + sig * z
            M = b1 * M + (1 - b1) * g
            V = b2 * V + (1 - b2) * g * g
            return x - eta * (M * c1 / (torch.sqrt(V * c2) + eps) + wd * x), M, V
        if v == "signsgd_sde":
            u = torch.erf(ht * s * x)
            return x + eta * (torch.sqrt(1 - u * u) * z - u), M, V
        g = ht * x
        dM = r1 * (g - M)
        V = V + eta * r2 * (g * g + sig**2 - V)
        x = x - eta * (c1 * (M + eta * dM) / (torch.sqrt(V * c2) + eps) + wd * x)
        return x, M + eta * dM + eta * r1 * sig * z, V

    if a.impl == "torchcompile":
        step = torch.compile(step)

    def run():
        gen = torch.Generator().manual_seed(a.seed)
        x = torch.ones(P, d, dtype=ht.dtype)
        M = torch.zeros_like(x)
        V = torch.zeros_like(x)
        z = torch.empty_like(x)
        for k in range(1, K + 1):
            z.normal_(generator=gen)
            if v == "adamw":
                c1, c2 = 1 / (1 - b1**k), 1 / (1 - b2**k)
            else:
                c1, c2 = 1 / (1 - np.exp(-r1 * k * eta)), 1 / (1 - np.exp(-r2 * k * eta))
            x, M, V = step(
                x, M, V, z, torch.tensor(c1, dtype=ht.dtype), torch.tensor(c2, dtype=ht.dtype)
            )
        return chk((0.5 * ht * x * x).sum(1).numpy())

elif a.impl == "cpp":
    import cpp_build

    lib = cpp_build.load()

    def run():
        o = np.zeros(1)
        lib.w4(P, K, d, h, eta, sig, VI, o, a.seed, a.threads)
        return dict(mean_loss=float(o[0] / P), se=None)


common.bench(a, run, P * K, extra=dict(normals=P * K * d))
