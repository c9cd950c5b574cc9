"""The values of a raster in colours, and in the light of a low sun."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dothi.core.coverage import Coverage

type Values = NDArray[Any]
# Where maps have the sun: in the north-west, half way up.
SUN_AZIMUTH, SUN_HEIGHT = math.radians(315), math.radians(45)
# How much of the light counts: colours must stay those of the legend.
STRENGTH = 0.45
# Colours between two of a ramp: more than a screen can show.
STEPS = 2_550


def coloured(values: Values, coverage: Coverage) -> NDArray[np.uint8]:
    """Red, green, blue and opacity of each value, shape (4, rows, columns), from the ramp of the coverage file.

    Between two colours of the ramp a value has one between them, beyond its ends that of the end, and nodata none.
    """
    ramp = coverage.publish.ramp
    table = _table([colour for _, colour in ramp])
    steps = np.arange(len(ramp)) * STEPS
    places = np.interp(values, [stop for stop, _ in ramp], steps).round().astype(np.int32)
    places[values == coverage.nodata] = len(table) - 1
    return np.moveaxis(table[places], -1, 0)


def _table(colours: list[str]) -> NDArray[np.uint8]:
    """The colours with those between them, opaque, and last of all a clear one."""
    parts = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in colours])
    at = np.arange((len(colours) - 1) * STEPS + 1) / STEPS
    channels = [np.interp(at, np.arange(len(colours)), part) for part in parts.T]
    opaque = np.stack([*channels, np.full(len(at), 255.0)], axis=1)
    return np.concatenate([opaque, np.zeros((1, 4))]).round().astype(np.uint8)


def hillshade(heights: Values, cell_m: tuple[float, float]) -> Values:
    """Light on each inner cell as a share of that on flat ground, 0 to 1.41; shape (rows - 2, columns - 2).

    heights: metres, nan where unknown; beside such a cell the ground counts as flat. cell_m: width and height of a cell
    on the ground. The slope is that of Horn, Hill shading and the reflectance map, Proceedings of the IEEE 69 (1981) 1.
    """
    up = heights[:-2] - heights[2:]
    across = heights[:, 2:] - heights[:, :-2]
    north = (up[:, :-2] + 2 * up[:, 1:-1] + up[:, 2:]) / (8 * cell_m[1])
    east = (across[:-2] + 2 * across[1:-1] + across[2:]) / (8 * cell_m[0])
    # the ground's normal (-east, -north, 1) against the direction of the sun
    sun_east, sun_north = math.sin(SUN_AZIMUTH) * math.cos(SUN_HEIGHT), math.cos(SUN_AZIMUTH) * math.cos(SUN_HEIGHT)
    light = (math.sin(SUN_HEIGHT) - east * sun_east - north * sun_north) / np.sqrt(1 + east**2 + north**2)
    shares: Values = np.clip(light, 0, None) / math.sin(SUN_HEIGHT)
    return np.nan_to_num(shares, nan=1.0)


def lit(colours: NDArray[np.uint8], light: Values) -> NDArray[np.uint8]:
    """The colours, shape (4, rows, columns), brighter or darker by a part of the light."""
    times = (1 + STRENGTH * (light - 1)).astype(np.float32)
    shone = np.minimum(colours[:3] * times + 0.5, 255).astype(np.uint8)
    return np.concatenate([shone, colours[3:]])
