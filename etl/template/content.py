"""What goes into a template: the columns that its reader may see, and the rows of the release in force, or none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.catalog import current_releases
from dothi.core.crs import WGS84, proj_string, srid_of, transformer
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience, Column, Layer
from dothi.core.layer_source import source
from dothi.core.locality import Locality
from dothi.core.numbers import number_vi
from dothi.core.text import Lang
from dothi.core.unit_codes import unit_codes
from dothi.core.units import unit_in
from etl.template.mark import Mark, version_of

# Beyond this, whoever wants all rows takes the layer's file.
MOST_ROWS = 100_000
# For people to write down: a centimetre, or about one.
DECIMALS_OF_METRES, DECIMALS_OF_DEGREES = 2, 7


class NothingToFill(WrongUse):
    """A template is wanted with the rows of a layer that has none, or too many."""


@dataclass(frozen=True)
class Template:
    """A template before it is written.

    degrees: whether coordinates are longitude and latitude, else easting and northing in the working CRS. rows: values
    of the columns in their order, then the geometry as WKB. units: codes and names of units by layer of units.
    """

    layer: Layer
    columns: dict[str, Column]
    locality: Locality
    lang: Lang
    degrees: bool
    rows: list[tuple[Any, ...]]
    units: dict[str, list[tuple[str, str]]]

    @property
    def crs(self) -> str:
        """The system of its coordinates."""
        return f'EPSG:{WGS84}' if self.degrees else f'EPSG:{self.locality.srid}'

    @property
    def srid(self) -> int:
        """Its EPSG number."""
        return srid_of(self.crs)

    @property
    def mark(self) -> str:
        """The mark by which it is known again."""
        return str(Mark(self.layer.id, version_of(self.layer), self.crs, self.locality.place.id))

    @property
    def is_point(self) -> bool:
        """Whether a row's place is two numbers, rather than an outline."""
        return self.layer.geometry == 'Point'

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the locality in the system of the coordinates."""
        box = self.locality.place.extent_wgs84
        move = transformer(proj_string(WGS84), proj_string(self.srid))
        west, south, east, north = move.transform_bounds(*box, densify_pts=21)
        return west, south, east, north

    @property
    def decimals(self) -> int:
        """Of its coordinates."""
        return DECIMALS_OF_DEGREES if self.degrees else DECIMALS_OF_METRES

    def heading(self, name: str) -> str:
        """The column's title with its unit of measure: `Số chỗ học (chỗ)`."""
        column = self.columns[name]
        unit = unit_in(column.unit, self.lang)
        return column.title.pick(self.lang) + (f' ({unit})' if unit else '')

    def shown(self, name: str, value: Any) -> Any:
        """A value as the template writes it: the title of a code, yes or no, a moment by the clock of the layer."""
        title = (self.columns[name].domain or {}).get(str(value))
        if title is not None:
            return title.pick(self.lang)
        if isinstance(value, bool):
            return YES_NO[self.lang][0 if value else 1]
        if isinstance(value, datetime):
            return value.astimezone(datetime.fromisoformat(f'2000-01-01T00:00{self.layer.source.utc_offset}').tzinfo)
        return value


YES_NO: dict[Lang, tuple[str, str]] = {'vi': ('có', 'không'), 'en': ('yes', 'no')}


def template_of(
    db: Connection, layer: Layer, locality: Locality, audience: Audience, *, lang: Lang, degrees: bool, filled: bool
) -> Template:
    """The template of a layer; raises NothingToFill where rows are wanted and there are none, or too many."""
    columns = layer.columns_for(audience)
    template = Template(layer, columns, locality, lang, degrees, [], unit_codes(db, columns, locality, audience))
    return Template(**{**vars(template), 'rows': list(_rows(db, template, audience))}) if filled else template


def _rows(db: Connection, template: Template, audience: Audience) -> Iterator[tuple[Any, ...]]:
    layer = template.layer
    release = current_releases(db).get(layer.id)
    if release is None or release.rows_total == 0:
        raise NothingToFill(
            vi=f'Lớp {layer.id} chưa có dữ liệu. Lấy mẫu trống.',
            en=f'The layer {layer.id} has no data. Take the empty template.',
        )
    if release.rows_total > MOST_ROWS:
        raise NothingToFill(
            vi=f'Lớp {layer.id} có {number_vi(release.rows_total)} hàng, mẫu chứa nhiều nhất {number_vi(MOST_ROWS)}. '
            'Tải tệp của lớp, hoặc lấy mẫu trống.',
            en=f'The layer {layer.id} has {release.rows_total:,} rows, and a template holds {MOST_ROWS:,} at most. '
            "Take the layer's file, or the empty template.",
        )
    shape = sql.Identifier('geom_wgs84' if template.degrees else 'geom')
    names = sql.SQL(', ').join(map(sql.Identifier, template.columns))
    query = sql.SQL('select {}, ST_AsBinary({}) from {} as f order by id')
    with db.cursor() as cursor:
        cursor.execute(query.format(names, shape, source(layer, template.locality, audience)))
        yield from cursor
