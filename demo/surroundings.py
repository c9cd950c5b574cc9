"""What is around the province: the sea and the neighbours by their names, which are no invention of the demo."""

import csv
from pathlib import Path

import numpy as np
import shapely

from demo.files import Table
from dothi.core.crs import WGS84

LAYER = 'surroundings'
NAMES = Path('demo', 'surroundings.csv')


def read_surroundings(locality_path: Path) -> Table | None:
    """The names with their places, in the columns of the office; None where the locality's folder has none."""
    if not (file := locality_path / NAMES).exists():
        return None
    with file.open(encoding='utf-8', newline='') as lines:
        rows = list(csv.DictReader(lines))
    points = shapely.points([[float(row['longitude']), float(row['latitude'])] for row in rows])
    columns = {'MA': 'code', 'TEN': 'name', 'LOAI': 'kind'}
    return Table(points, {sent: np.array([row[own] for row in rows]) for sent, own in columns.items()}, WGS84)
