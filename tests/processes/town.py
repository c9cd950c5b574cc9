"""A hand-made town: its parts as features, and a loader that puts them into the database as a release would."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import rasterio
import shapely
import shapely.affinity
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from shapely.geometry.base import BaseGeometry

from dothi.core.arrays import Floats
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from tests.rasters import write_raster

# A corner well inside the province, in metres of the working CRS; towns are drawn from here.
ORIGIN = (560_000.0, 2_230_000.0)

type Point = tuple[float, float]


@dataclass(frozen=True)
class Town:
    """A square grid of roads, with homes, facilities and square zones; all relative to its lower left corner."""

    blocks: int
    side_m: float
    homes: Sequence[Point] = ()
    people: Sequence[int] = ()
    facilities: Sequence[Point] = ()
    zones: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)

    @property
    def roads(self) -> list[list[Point]]:
        """One line for each side of each block."""
        steps = [i * self.side_m for i in range(self.blocks + 1)]
        spans = list(itertools.pairwise(steps))
        across = [[(a, y), (b, y)] for y in steps for a, b in spans]
        return across + [[(x, a), (x, b)] for x in steps for a, b in spans]


class Loader:
    """Puts rows straight into a layer, as a release of it would."""

    def __init__(self, locality: Locality) -> None:
        self.locality = locality

    def load(self, layer: str, rows: Sequence[tuple[Any, dict[str, Any]]], *, demo: bool = False) -> int:
        """The number of the release. rows: geometry relative to ORIGIN, attributes."""
        with connection('admin') as db, db.cursor() as cursor:
            release = self._release(cursor, layer, len(rows), demo)
            for shape, attributes in rows:
                self._insert(cursor, layer, shapely.affinity.translate(shape, *ORIGIN), attributes, release)
            cursor.execute('update catalog.layer set current_release = %s where id = %s', [release, layer])
        return release

    def raster(self, coverage: str, values: Floats, cell_m: float = 10.0) -> int:
        """The number of the release of a raster whose lower left corner is ORIGIN; NaN where it has no value."""
        described = self.locality.coverages[coverage]
        cells = np.where(np.isnan(values), described.nodata, values)
        rows, columns = cells.shape
        west, north = ORIGIN[0], ORIGIN[1] + rows * cell_m
        with connection('admin') as db, db.cursor() as cursor:
            release = self._release(cursor, coverage, int(cells.size), demo=False)
            path = f'coverages/{coverage}/{release}.tif'
            target = Path(PathSettings().store) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            write_raster(
                target, cells, nodata=described.nodata, place=rasterio.Affine(cell_m, 0, west, 0, -cell_m, north)
            )
            cursor.execute(
                """insert into catalog.raster (release, store_path, size_bytes, cells_sha256, srid, width, height, west,
                       north, cell_width, cell_height, bands)
                   values (%s, %s, %s, repeat('0', 64), %s, %s, %s, %s, %s, %s, %s, '[]')""",
                [release, path, target.stat().st_size, self.locality.srid, columns, rows, west, north, cell_m, cell_m],
            )
            cursor.execute('update catalog.layer set current_release = %s where id = %s', [release, coverage])
        return release

    def town(self, town: Town) -> None:
        """Roads, houses of 2 m with their people, health stations and communes of the town."""
        self.load(
            'roads',
            [(shapely.LineString(xy), {'code': f'R{i}', 'class': 'commune'}) for i, xy in enumerate(town.roads)],
        )
        people = town.people or [1] * len(town.homes)
        self.load(
            'buildings',
            [(house(*xy), building(i, n)) for i, (xy, n) in enumerate(zip(town.homes, people, strict=True))],
        )
        self.load('health_facilities', [(shapely.Point(xy), station(i)) for i, xy in enumerate(town.facilities)])
        self.load(
            'communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in town.zones.items()]
        )

    def _release(self, cursor: Cursor, layer: str, rows: int, demo: bool) -> int:
        cursor.execute(
            """insert into catalog.release (layer_id, origin, scope, mode, rows_added, rows_changed, rows_closed,
                                            rows_total, demo_rows)
               values (%s, %s, 'all', 'replace', %s, 0, 0, %s, %s) returning number""",
            [layer, 'demo' if demo else 'delivery', rows, rows, rows if demo else 0],
        )
        ((number,),) = cursor.fetchall()
        return int(number)

    def _insert(
        self, cursor: Cursor, layer: str, shape: BaseGeometry, attributes: dict[str, Any], release: int
    ) -> None:
        geometry = sql.SQL('ST_GeomFromWKB({}, {})').format(
            sql.Literal(psycopg2.Binary(shapely.to_wkb(shape))), sql.Literal(self.locality.srid)
        )
        cursor.execute(
            sql.SQL(
                'insert into layer.{} ({}, geom, geom_wgs84, release_from)'
                ' values ({}, {geom}, ST_Transform({geom}, 4326), {release})'
            ).format(
                sql.Identifier(layer),
                sql.SQL(', ').join(map(sql.Identifier, attributes)),
                sql.SQL(', ').join(map(sql.Literal, attributes.values())),
                geom=geometry,
                release=sql.Literal(release),
            )
        )


def house(x: float, y: float) -> shapely.MultiPolygon:
    """A square of 2 m whose centre is (x, y)."""
    return shapely.MultiPolygon([shapely.box(x - 1, y - 1, x + 1, y + 1)])


def building(number: int, people: int | None = None) -> dict[str, Any]:
    return {'code': f'B{number:03}', 'use': 'residential', 'floors': 1, 'population': people}


def station(number: int) -> dict[str, Any]:
    return {'code': f'S{number}', 'name': f'Trạm {number}', 'kind': 'station'}


def in_degrees(shape: BaseGeometry) -> BaseGeometry:
    """A shape of the town, relative to ORIGIN, in CRS84."""
    change = transformer(proj_string(9209), proj_string(WGS84)).transform
    return shapely.transform(shapely.affinity.translate(shape, *ORIGIN), lambda xy: np.column_stack(change(*xy.T)))


def features(*some: dict[str, Any]) -> dict[str, Any]:
    """A FeatureCollection to be sent along."""
    return {'type': 'FeatureCollection', 'features': [*some]}


def feature(shape: BaseGeometry, **properties: Any) -> dict[str, Any]:
    """A feature to be sent along; its shape is relative to ORIGIN."""
    geometry = json.loads(shapely.to_geojson(in_degrees(shape)))
    return {'type': 'Feature', 'properties': properties, 'geometry': geometry}


def area(name: str, west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangular zone to be sent along, with sides that bend as little in degrees as in the plane."""
    return feature(shapely.segmentize(shapely.box(west, south, east, north), 100), code=name)


def commune(code: str) -> dict[str, Any]:
    return {'code': code, 'name': f'Xã {code}', 'parent_code': '366', 'valid_from': '2020-03-01'}
