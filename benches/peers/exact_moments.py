"""Statistics that the checksums of W1, W2 and W4 estimate, without chance.

Usage: python exact_moments.py least_squares N D STEPS
       python exact_moments.py sign_sgd D STEPS

`least_squares`: E|theta_k - theta*|^2 of W1, and of W2: Euler-Maruyama of the training SDE with
dt = gamma has the conditional mean and covariance of SGD, hence the same recursion.
With delta = theta - theta* and residuals e at the optimum, a step is

    delta' = delta - gamma x (x.delta) + gamma e x,    (x, e) a uniform row of the data

`sign_sgd`: mean final loss of W4. Every coordinate walks on the lattice 1 + eta Z and goes up
with probability Phi(-h x / sigma), so that its law after any number of steps is a finite sum.
"""

import json
import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from scipy.special import ndtr

import common
import data


def least_squares(n, d, steps):
    """Returns the statistics of W1 and W2, under the names of their checksums."""
    X, y = data.least_squares(n, d)
    optimum = np.linalg.lstsq(X, y, rcond=None)[0]
    gamma = 0.5 / np.mean((X * X).sum(1))
    e = y - X @ optimum
    H = X.T @ X / n
    S = (X * (e * e)[:, None]).T @ X / n
    mean = -optimum.copy()
    C = np.outer(mean, mean)
    times = set(common.logtimes(steps).tolist())
    kept = {}
    for k in range(1, steps + 1):
        # E[x x^T (x^T C x) - e x x^T (x.m) - (the same)^T], in one product
        weight = np.einsum("ij,ij->i", X @ C, X) - 2 * e * (X @ mean)
        C = C - gamma * (H @ C + C @ H) + gamma**2 * ((X * weight[:, None]).T @ X / n + S)
        mean = mean - gamma * (H @ mean)
        if k in times:
            kept[k] = float(np.trace(C))
    return common.error_summary(list(kept), list(kept.values()), steps)


def sign_sgd(d, steps, eta=1e-3, sigma=0.5):
    """Returns the mean final loss of SignSGD in W4."""
    h = np.linspace(0.1, 1.0, d)
    x = 1 + eta * np.arange(-steps, steps + 1)
    up = ndtr(-np.outer(h, x) / sigma)
    law = np.zeros((d, 2 * steps + 1))
    law[:, steps] = 1
    for k in range(steps):
        reached = slice(steps - k, steps + k + 1)
        rises = law[:, reached] * up[:, reached]
        falls = law[:, reached] - rises
        law[:, steps - k - 1 : steps + k + 2] = 0
        law[:, steps - k + 1 : steps + k + 2] += rises
        law[:, steps - k - 1 : steps + k] += falls
    return {"mean_loss": float((0.5 * h[:, None] * x**2 * law).sum())}


def main():
    """Prints what the arguments ask for."""
    oracle = {"least_squares": least_squares, "sign_sgd": sign_sgd}[sys.argv[1]]
    print(json.dumps(oracle(*map(int, sys.argv[2:]))))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main()
