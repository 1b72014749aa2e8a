"""The least-squares data of W1, W2 and W5, and the same for programs without NumPy's generator.

Usage: python data.py N D FILE

The file holds little-endian f64: n, d, the matrix by rows [n, d] and the targets [n].
"""

import sys

import numpy as np

SEED = 12345


def least_squares(n, d):
    """Returns the matrix [n, d] and the targets [n]; the same for every workload."""
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((n, d))
    truth = rng.standard_normal(d) / np.sqrt(d)
    return X, X @ truth + 0.5 * rng.standard_normal(n)


def main():
    """Writes the data set that the arguments name."""
    n, d = int(sys.argv[1]), int(sys.argv[2])
    X, y = least_squares(n, d)
    np.concatenate([[n, d], X.ravel(), y]).astype("<f8").tofile(sys.argv[3])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
