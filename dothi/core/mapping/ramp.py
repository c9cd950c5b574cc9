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


def coloured(values: Values, coverage: Coverage) -> NDArray[np.uint8]:
    """Red, green, blue and opacity of each value, shape (4, rows, columns), from the ramp of the coverage file.

    Between two colours of the ramp a value has one between them, beyond its ends that of the end, and nodata none.
    """
    ramp = coverage.publish.ramp
    stops = [stop for stop, _ in ramp]
    colours = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for _, colour in ramp])
    channels = [np.interp(values, stops, colours[:, channel]) for channel in range(3)]
    channels.append(np.where(values == coverage.nodata, 0, 255))
    return np.stack(channels).round().astype('uint8')


def hillshade(heights: Values, cell_m: tuple[float, float]) -> Values:
    """Light on each inner cell as a share of that on flat ground, 0 to 1.41; shape (rows - 2, columns - 2).

    heights: metres, nan where unknown (such a neighbour counts as level). cell_m: width and height of a cell on the
    ground. The slope is that of Horn, Hill shading and the reflectance map, Proceedings of the IEEE 69 (1981) 1.
    """
    middle = heights[1:-1, 1:-1]
    around = {
        (row, column): _or(
            heights[1 + row : heights.shape[0] - 1 + row, 1 + column : heights.shape[1] - 1 + column], middle
        )
        for row in (-1, 0, 1)
        for column in (-1, 0, 1)
    }
    weights = {-1: 1, 0: 2, 1: 1}
    east = sum(weights[row] * (around[row, 1] - around[row, -1]) for row in weights) / (8 * cell_m[0])
    north = sum(weights[column] * (around[-1, column] - around[1, column]) for column in weights) / (8 * cell_m[1])
    # the ground's normal (-east, -north, 1) against the direction of the sun
    sun_east, sun_north = math.sin(SUN_AZIMUTH) * math.cos(SUN_HEIGHT), math.cos(SUN_AZIMUTH) * math.cos(SUN_HEIGHT)
    light = (math.sin(SUN_HEIGHT) - east * sun_east - north * sun_north) / np.sqrt(1 + east**2 + north**2)
    shares: Values = np.clip(light, 0, None) / math.sin(SUN_HEIGHT)
    return np.nan_to_num(shares, nan=1.0)


def lit(colours: NDArray[np.uint8], light: Values) -> NDArray[np.uint8]:
    """The colours, shape (4, rows, columns), brighter or darker by a part of the light."""
    times = 1 + STRENGTH * (light - 1)
    shone = np.clip(colours[:3] * times, 0, 255).round().astype('uint8')
    return np.concatenate([shone, colours[3:]])


def _or(values: Values, otherwise: Values) -> Values:
    return np.where(np.isnan(values), otherwise, values)
