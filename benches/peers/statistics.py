"""Statistics as a competent user of NumPy, SciPy, POT, lap and powerlaw computes them.

python statistics.py CASE [REPETITIONS] prints JSON: the least processor time of a run and a number
that depends on the result. The samples are of the laws that our benchmarks draw from.
"""

import json
import sys
import time

import numpy as np

RNG = np.random.default_rng(1)
TOP = 10**4
CASES = {}


def case(function):
    """Registers a case: a function that draws its data and returns what is to be timed."""
    CASES[function.__name__] = function
    return function


def line_samples():
    return RNG.standard_normal(10**6), 1.1 * RNG.standard_normal(10**6) + 0.1


@case
def numpy_wasserstein():
    x, y = line_samples()

    def run():
        d = np.sort(x) - np.sort(y)
        return np.abs(d).mean() + np.sqrt((d * d).mean())

    return run


@case
def pot_wasserstein():
    import ot

    x, y = line_samples()
    return lambda: ot.wasserstein_1d(x, y, p=1) + np.sqrt(ot.wasserstein_1d(x, y, p=2))


@case
def numpy_sliced():
    x, y = (RNG.standard_normal((10**5, 10)) for _ in range(2))
    directions = RNG.standard_normal((10, 100))
    directions /= np.linalg.norm(directions, axis=0)

    def run():
        u, v = directions.T @ x.T, directions.T @ y.T
        u.sort(axis=1)
        v.sort(axis=1)
        u -= v
        return np.sqrt(np.einsum("ij,ij->", u, u) / u.size)

    return run


def clouds():
    return RNG.standard_normal((2000, 10)), 1.1 * RNG.standard_normal((2000, 10)) + 0.1


def squared_distances(x, y):
    c = (x * x).sum(1)[:, None] + (y * y).sum(1)[None] - 2 * x @ y.T
    return np.maximum(c, 0, out=c)


@case
def lap_assignment():
    import lap

    x, y = clouds()
    return lambda: np.sqrt(lap.lapjv(squared_distances(x, y))[0] / len(x))


@case
def pot_transport():
    import ot

    x, y = clouds()
    i = np.arange(2000)
    a, b = (1.0 + scale * (i * 7919 % 2003) for scale in (0.001, 0.002))
    a, b = a / a.sum(), b / b.sum()
    return lambda: np.sqrt(ot.emd2(a, b, ot.dist(x, y), numItermax=10**8))


@case
def numpy_sinkhorn():
    x, y = clouds()
    c, w = squared_distances(x, y), 1 / len(x)
    epsilon = 0.05 * c.mean()

    def run():
        kernel = np.exp(-c / epsilon)
        u = np.ones(len(x))
        for _ in range(200):
            v = w / (kernel.T @ u)
            u = w / (kernel @ v)
        return (u[:, None] * kernel * v * c).sum()

    return run


@case
def numpy_kolmogorov_smirnov():
    x, y = RNG.standard_t(4, 10**6), RNG.standard_t(4.05, 10**6)

    def run():
        u, v = np.sort(x), np.sort(y)
        z = np.concatenate([u, v])
        below = (np.searchsorted(s, z, "right") / len(s) for s in (u, v))
        return np.abs(next(below) - next(below)).max()

    return run


@case
def scipy_student_t():
    from scipy.optimize import minimize
    from scipy.special import gammaln

    x = 0.3 + 1.7 * RNG.standard_t(3.5, 10**5)

    def loss(q):
        nu, loc, scale = np.exp(q[0]), q[1], np.exp(q[2])
        z = (x - loc) / scale
        constant = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(nu * np.pi)
        return -(constant - np.log(scale) - (nu + 1) / 2 * np.log1p(z * z / nu).mean())

    start = [np.log(5.0), np.median(x), np.log(x.std())]
    return lambda: minimize(loss, start, method="L-BFGS-B").fun


@case
def scipy_stable_likelihood():
    from scipy.stats import levy_stable

    levy_stable.pdf_default_method = "fft-simpson"
    x = levy_stable.rvs(1.7, 0.2, loc=0.1, scale=1.3, size=10**4, random_state=1)
    return lambda: -np.log(levy_stable.pdf(x, 1.7, 0.2, loc=0.1, scale=1.3)).mean()


def magnitudes():
    return np.abs(RNG.standard_t(3.0, 10**6))


def largest(x, k):
    """The k + 1 largest values, increasing."""
    top = np.partition(x, len(x) - k - 1)[len(x) - k - 1 :]
    top.sort()
    return top


@case
def numpy_hill():
    x = magnitudes()

    def run():
        top = np.log(largest(x, TOP))
        return 1 / (top[1:] - top[0]).mean()

    return run


@case
def numpy_hill_plot():
    x = magnitudes()

    def run():
        logs = np.log(np.sort(x)[::-1][: 10**5 + 1])
        k = np.arange(1, len(logs))
        return 1 / (np.cumsum(logs[:-1]) / k - logs[1:])[TOP - 1]

    return run


@case
def scipy_generalised_pareto():
    from scipy.stats import genpareto

    x = magnitudes()

    def run():
        top = largest(x, TOP)
        return genpareto.fit(top[1:] - top[0], floc=0)[0]

    return run


@case
def powerlaw_threshold():
    import powerlaw

    x = magnitudes()[: 10**4]
    ranges = {"alpha": [1.01, 20]}
    return lambda: powerlaw.Fit(x, verbose=False, parameter_ranges=ranges).power_law.alpha - 1


def main():
    run = CASES[sys.argv[1]]()
    repetitions = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    result, best = run(), float("inf")
    for _ in range(repetitions):
        start = time.process_time()
        result = run()
        best = min(best, time.process_time() - start)
    print(json.dumps({"seconds": best, "result": float(result)}))


if __name__ == "__main__":
    main()
