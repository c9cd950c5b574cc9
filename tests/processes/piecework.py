"""Work for a cluster's workers, which import it: a module by itself, as `tests` is no package."""

import os
import time

import numpy as np
from numpy.typing import NDArray


def noise_and_place(offset: float, seed: int) -> tuple[NDArray[np.float64], int]:
    """Some numbers that depend on the piece alone, and the process that made them."""
    time.sleep(0.02)
    return np.random.default_rng(seed).normal(offset, 1, 1000), os.getpid()


def inverse(value: float) -> float:
    return 1 / value


def wait_a_minute(_: int) -> None:
    time.sleep(60)
