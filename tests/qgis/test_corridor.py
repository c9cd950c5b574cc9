"""QGIS's own tools find the same buildings in the corridors of the demo province as `corridor-conflicts`."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from dothi.core.database import connection
from dothi.core.locality import Locality
from tests.matrix import exhaustive
from tests.processes.conftest import answered

SCRIPT = Path(__file__).with_name('corridor.py')
POWER_LINES = """select ST_AsBinary(geom), (
        select value from norm.value
        where norm = 'power_line_corridor' and class @> voltage_kv::numeric
            and condition in ('any', case when insulated then 'insulated' else 'bare' end)
    ) as width_m from layer.power_lines"""
ROADS = """select ST_AsBinary(roads.geom), strip.value + coalesce(roads.width_m, 0) / 2
    from layer.roads
    join norm.value technical on technical.norm = 'road_technical_class' and technical.subject = roads.class
    join norm.value strip on strip.norm = 'road_safety_strip' and strip.class @> technical.value::numeric
    where roads.class in ('national', 'provincial')"""
BUILDINGS = 'select ST_AsBinary(geom), code from layer.buildings'


def write(package: Path, layer: str, field: str, query: str, srid: int) -> None:
    """Puts geometries and one column of a query into a layer of the GeoPackage."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    shapes = shapely.from_wkb([bytes(wkb) for wkb, _ in found])
    single = shapely.get_parts(shapes) if layer == 'targets' else shapes
    assert len(single) == len(found)
    kind = 'Polygon' if layer == 'targets' else 'LineString'
    values = np.array([value for _, value in found])
    pyogrio.raw.write(
        package, shapely.to_wkb(single), [values], [field], layer=layer, crs=f'EPSG:{srid}', geometry_type=kind,
        driver='GPKG',
    )  # fmt: skip


def in_qgis(package: Path, home: Path) -> list[str]:
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    done = subprocess.run(
        ['/usr/bin/python3', SCRIPT, package], env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: list[str] = json.loads(done.stdout[done.stdout.index('[') :])
    return found


@pytest.mark.parametrize(
    ('inputs', 'lines'),
    [
        ({}, POWER_LINES),
        pytest.param(
            {'kind': 'road', 'lines': {'collection': 'roads', 'filter': "class IN ('national', 'provincial')"}},
            ROADS,
            marks=exhaustive,
        ),
    ],
)
def test_qgis_finds_the_same_buildings(
    readable_province: dict[str, str], locality: Locality, tmp_path: Path, inputs: dict[str, Any], lines: str
) -> None:
    package = tmp_path / 'corridor.gpkg'
    write(package, 'lines', 'width_m', lines, locality.srid)
    write(package, 'targets', 'code', BUILDINGS, locality.srid)
    features = answered(locality, tmp_path, 'corridor-conflicts', audience='public', **inputs)['features']
    ours = sorted({feature['properties']['target_id'] for feature in features})
    assert ours
    assert ours == in_qgis(package, tmp_path)
