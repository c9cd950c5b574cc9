"""Where communes, streets and named places are, as the layers have them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import day, source
from dothi.core.locality import Locality
from etl.reference import code_column

# Houses stand beside their street, and the gate of a school somewhere on its ground.
BESIDE_STREET_M, AROUND_PLACE_M = 100.0, 60.0
# Pieces of one name that are nearer than this are one street: blocks and squares part them.
SAME_STREET_M = 150.0
# What is no longer inside a commune only touches it.
TOUCHING_M = 1.0
AREA = sql.SQL('st_x(p), st_y(p), st_maxdistance(p, {0}), st_xmin({0}), st_ymin({0}), st_xmax({0}), st_ymax({0})')

type Point = tuple[float, float]
type Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Area:
    """Where a thing is, in the working CRS: a point of it, how far from there it reaches, and its bounding box."""

    point: Point
    radius_m: float
    box: Box


# by identity: two streets may have the same name
@dataclass(frozen=True, eq=False)
class Street:
    """A connected street: its name as it is written, and its part in each commune by the commune's code."""

    name: str
    parts: dict[str, Area]


@dataclass(frozen=True)
class NamedPlace:
    """A feature of a layer by its name, and the code of the commune that it lies in."""

    name: str
    layer: str
    area: Area
    commune: str


@dataclass(frozen=True)
class Ground:
    """Reads from the layers what `audience` may see, with the communes of the day `on`."""

    db: Connection
    locality: Locality
    audience: Audience
    on: date

    def communes(self) -> dict[str, Area]:
        """The areas of the communes by code; none where no outlines are released for the day."""
        query = sql.SQL('select code, {} from {} as commune cross join lateral st_pointonsurface(geom) as p')
        rows = self._rows(query.format(AREA.format(sql.SQL('geom')), self.commune_rows))
        return {code: _area(numbers) for code, *numbers in rows}

    def streets(self, layer: Layer, name: str) -> list[Street]:
        """The streets of a layer by its column `name`: pieces of one name that lie together are one street."""
        rows = self._rows(
            sql.SQL("""
            with piece as (
                select id, {name} as name, geom,
                    st_clusterdbscan(geom, {near}, 1) over (partition by {name}) as street
                from {pieces} as piece where {name} <> ''
            ), inside as (
                -- all of a piece that crosses a border: people there name either side. One commune after the other
                -- (offset 0), since PostGIS keeps an outline that comes again ready for use: a third of the time
                select commune.code, piece.id
                from {communes} as commune cross join lateral (
                    select id from {pieces} as road
                    where st_intersects(commune.geom, geom)
                        and (
                            st_covers(commune.geom, geom)
                            or st_length(st_intersection(geom, commune.geom)) > {touching}
                        )
                    offset 0
                ) as piece
            ), part as (
                select name, street, code, st_collect(geom order by piece.id) as geom
                from piece inner join inside on inside.id = piece.id
                group by 1, 2, 3
            )
            select name, street, code, {area}
            from part cross join lateral st_closestpoint(geom, st_centroid(geom)) as p
            order by 1, 2, 3
            """).format(
                name=sql.Identifier(name),
                near=sql.Literal(SAME_STREET_M),
                touching=sql.Literal(TOUCHING_M),
                pieces=source(layer, self.locality, self.audience),
                communes=self.commune_rows,
                area=AREA.format(sql.SQL('geom')),
            )
        )
        parts: dict[tuple[str, int], dict[str, Area]] = defaultdict(dict)
        for street, number, commune, *numbers in rows:
            parts[street, number][commune] = _area(numbers, BESIDE_STREET_M)
        return [Street(street, by_commune) for (street, _), by_commune in parts.items()]

    def places(self, layer: Layer) -> list[NamedPlace]:
        """The features of a layer that have a name and lie in a commune."""
        rows = self._rows(
            sql.SQL("""
            select place.name, commune.code, {area}
            from {places} as place cross join lateral st_pointonsurface(place.geom) as p
            inner join {communes} as commune on st_intersects(p, commune.geom)
            where place.name <> '' order by place.id
            """).format(
                area=AREA.format(sql.SQL('place.geom')),
                places=source(layer, self.locality, self.audience),
                communes=self.commune_rows,
            )
        )
        return [NamedPlace(name, layer.id, _area(numbers, AROUND_PLACE_M), code) for name, code, *numbers in rows]

    def house_streets(self, layer: Layer) -> list[str]:
        """The streets along which a layer has numbered houses, as they are written there."""
        columns = layer.address
        if columns is None or columns.house_number is None:
            return []
        query = sql.SQL("select distinct {street} from {houses} as house where {street} <> '' and {number} <> ''")
        rows = self._rows(
            query.format(
                street=sql.Identifier(columns.street),
                number=sql.Identifier(columns.house_number),
                houses=source(layer, self.locality, self.audience),
            )
        )
        return [street for (street,) in rows]

    @property
    def commune_rows(self) -> sql.Composable:
        """The smallest units of the day as a subquery with `code` and `geom`; empty where the locality has no layer."""
        layers = self.locality.layers_for(self.audience)
        names = [name for name in self.locality.place.unit_layers if name in layers]
        if not names:
            return sql.SQL('(select null::text as code, null::geometry as geom where false)')
        layer = layers[names[-1]]
        rows = source(layer, self.locality, self.audience, day(self.on) if layer.publish.validity else None)
        return sql.SQL('(select {} as code, geom from {} as unit)').format(sql.Identifier(code_column(layer)), rows)

    def _rows(self, query: sql.Composable) -> list[tuple[Any, ...]]:
        with self.db.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()


def _area(numbers: list[float], beside_m: float = 0.0) -> Area:
    x, y, radius_m, xmin, ymin, xmax, ymax = numbers
    return Area((x, y), radius_m + beside_m, (xmin, ymin, xmax, ymax))
