"""What the demo says of the sea and the neighbours: names that stand beside the province, and within its map."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from demo.drawing import Demo
from demo.surroundings import read_surroundings
from dothi.core.locality import load_locality
from dothi.core.settings import PROJECT


@pytest.mark.parametrize('name', ['nam_dinh', 'ninh_binh'])
def test_names_of_the_sea_and_of_neighbours_lie_within_the_map(name: str) -> None:
    folder = PROJECT / 'localities' / name
    table = read_surroundings(folder)
    assert table is not None
    assert shapely.box(*load_locality(folder).place.extent_wgs84).contains(table.geometry).all()
    assert list(table.columns['TEN'][table.columns['LOAI'] == 'sea']) == ['Biển Đông']


def test_none_of_them_lies_in_the_province(demo: Demo) -> None:
    assert demo.surroundings is not None
    names = demo.surroundings.moved_to(demo.srid)
    land = shapely.union_all([place.polygon for place in demo.province.regions])
    assert (shapely.distance(land, names.geometry) > 2_000).all()
    assert len(np.unique(names.columns['MA'])) == len(names.geometry)


def test_a_locality_that_names_none_has_none(tmp_path: Path) -> None:
    assert read_surroundings(tmp_path) is None
