"""Random numbers that depend on the seed and on what they are for, not on the order of calls."""

import zlib

import numpy as np


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Generator for one purpose, so that a change in one layer leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])
