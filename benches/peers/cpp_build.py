"""Builds and loads the C++ baselines: std::mt19937_64, Boost's ziggurat, g++ -O3 -ffast-math."""

import ctypes
import os
import pathlib
import subprocess
import tempfile

import numpy as np
from numpy.ctypeslib import ndpointer

SOURCE = pathlib.Path(__file__).parent / "cpp" / "peers.cpp"
FLAGS = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-pthread"]


def load():
    """Builds into $PEERS_BUILD, or else a temporary folder, and returns the library."""
    folder = pathlib.Path(os.environ.get("PEERS_BUILD") or tempfile.mkdtemp(prefix="peers-"))
    library = folder / "peers.so"
    if not library.exists():
        subprocess.check_call(["g++", *FLAGS, "-o", library, SOURCE])
    lib = ctypes.CDLL(str(library))
    D, I = ndpointer(np.float64, flags="C"), ndpointer(np.int64, flags="C")
    l, f, i = ctypes.c_long, ctypes.c_double, ctypes.c_int
    lib.w1.argtypes = [l, l, l, l, D, D, D, f, I, l, D, l, i]
    lib.w2.argtypes = [l, l, l, l, D, D, D, f, f, I, l, D, l, i]
    lib.w3.argtypes = [l, l, l, D, f, f, D, l, i]
    lib.w4.argtypes = [l, l, l, D, f, f, i, D, l, i]
    lib.w5.argtypes = [l, l, l, l, l, D, D, D, D, D, f, f, f, i, l, D, l, i]
    for name in ("w1", "w2", "w3", "w4", "w5"):
        getattr(lib, name).restype = None
    return lib
