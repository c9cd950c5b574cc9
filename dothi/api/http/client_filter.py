"""The filter of a request: the only way from a client's CQL2 to a condition in SQL, which is weighed on the way.

Every service that takes a filter (items, files, maps, WMS, records) reads it here, and no other module of dothi.api
imports the translator: the linter's contract "A client's filter is weighed" refuses it. So none can forget the cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from psycopg2 import sql

from dothi.api.http.parameters import Parameter, plain_text
from dothi.api.http.parsers import one_of
from dothi.api.http.plus_signs import text_with_plus_signs
from dothi.api.http.served_crs import crs_parameter, default_crs
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.core.cql2.geometry import IN_CRS84, Space
from dothi.core.cql2.parse import Language, Node, parse
from dothi.core.cql2.where import Translator
from dothi.core.filter_cost import require_affordable
from dothi.core.layer import Layer
from dothi.core.text import Text

FILTER = Parameter('filter', plain_text, {'type': 'string'}, Text(vi='Bộ lọc CQL2.', en='CQL2 filter.'))
FILTER_LANG = Parameter(
    'filter-lang',
    one_of('cql2-text', 'cql2-json'),
    {'type': 'string', 'enum': ['cql2-text', 'cql2-json'], 'default': 'cql2-text'},
    Text(vi='Dạng của bộ lọc.', en='Form of the filter.'),
)
FILTER_CRS = crs_parameter(
    'filter-crs',
    Text(vi='Hệ tọa độ của hình học trong bộ lọc.', en='Coordinate system of geometries in `filter`.'),
)
FILTERING = (FILTER, FILTER_LANG, FILTER_CRS)


@dataclass(frozen=True)
class ClientFilter:
    """A tree of CQL2 from a client, and how coordinates in it are read."""

    tree: Node
    space: Space = IN_CRS84

    def check(self, layer: Layer) -> None:
        """Raises BadFilter or UnknownProperty where the filter does not fit the layer."""
        self._translate(layer, service().locality.srid)

    def condition(
        self,
        db: Snapshot,
        layer: Layer,
        source: sql.Composable,
        narrowing: Sequence[sql.Composable] = (),
        srid: int | None = None,
    ) -> sql.Composable:
        """The filter as a condition on the rows of `source`, which are those of `layer`.

        narrowing: the other conditions of the query, with which it costs less. srid: of the column `geom`; None for
        the working CRS. Raises BadFilter, UnknownProperty, TooExpensive.
        """
        condition = self._translate(layer, service().locality.srid if srid is None else srid)
        require_affordable(db.rows, source, [*narrowing, condition], service().audience)
        return condition

    def _translate(self, layer: Layer, srid: int) -> sql.Composable:
        return Translator(layer, srid, service().audience, self.space).condition(self.tree)


def parse_filter(text: str, language: Language = 'cql2-text', space: Space = IN_CRS84) -> ClientFilter:
    """The filter that `text` is; raises BadFilter."""
    return ClientFilter(parse(text, language), space)


def requested_filter() -> ClientFilter | None:
    """The filter of the current request, None where `filter` is empty; raises BadFilter, BadParameter, UnservedCrs."""
    language, crs = cast(Language, FILTER_LANG.read() or 'cql2-text'), FILTER_CRS.read() or default_crs()
    text = text_with_plus_signs(FILTER.name) or FILTER.text
    return parse_filter(text, language, crs.space) if text else None
