"""What an analysis reads: arrays from one snapshot of the database, on the role of whoever asked."""

import copy
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import psycopg2
import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from dothi.core.arrays import Floats, Geometries, Ints, wkb_geometries
from dothi.core.catalog import Release, current_releases, release_in_force
from dothi.core.coverage import Coverage
from dothi.core.cql2.errors import BadFilter
from dothi.core.export.formats import not_written
from dothi.core.filter_cost import require_affordable
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import Times, parse_times
from dothi.core.layer_source import source as layer_source
from dothi.core.locality import Locality
from dothi.core.norms import Norm
from dothi.core.released_raster import Raster
from dothi.core.store_mark import require_store
from dothi.core.text import Text
from processes.geojson import FeatureCollection, feature_collection, geojson_feature
from processes.inputs import LayerRef
from processes.reading.layers import (
    Filter,
    column_identifier,
    filter_condition,
    must_be_unfiltered,
    not_delivered,
    nothing_then,
    open_raster,
    visible_layer,
)
from processes.reading.readings import Reading, most_telling, release_numbers
from processes.reading.request_layers import StoredRequestLayer, rows_of
from processes.scenario.overlay import Overlay, scenario_of_present
from processes.ways.network import Network, network_of
from processes.zones.membership import Membership, membership_of, overlap_note, separate_sets

# Where people live and where they walk; a locality that has no such layer cannot offer what needs it.
HOMES, POPULATION, ROADS = LayerRef('buildings'), 'population', LayerRef('roads')
# Signature, flags and length of the extension; then the rows; then -1 in two bytes.
COPY_HEADER, COPY_TRAILER = 19, 2


@dataclass(frozen=True)
class Homes:
    """Where people live. xy: centroids in the working CRS, shape (n, 2); population, ids of the buildings: (n,)."""

    xy: Floats
    population: Floats
    ids: Ints


@dataclass(frozen=True)
class Zones:
    """Areas to report on, in the order of their codes; shapes in the working CRS, geometries as GeoJSON in CRS84.

    ids: of the features, by which SQL knows them.
    """

    codes: list[str]
    names: list[str]
    shapes: Geometries
    geometries: list[dict[str, Any]]
    ids: list[int]

    @cached_property
    def sets(self) -> list[Ints]:
        """Numbers of the zones in sets without overlaps, as of `separate_sets`; one set in the usual case."""
        return separate_sets(self.shapes)

    @property
    def overlap(self) -> bool:
        """Whether any zone overlaps another by more than two drawings of one border do."""
        return len(self.sets) > 1

    @property
    def notes(self) -> list[Text]:
        """What a reader of figures by these zones has to know."""
        return overlap_note(self.sets)

    def membership(self, points: Floats) -> Membership:
        """Every zone that each point (working CRS, shape (n, 2)) lies in."""
        return membership_of(points, self.shapes, self.sets)

    def collection(self, figures: Iterable[dict[str, Any]], summary: dict[str, Any]) -> FeatureCollection:
        """A feature for each zone with its code, its name and its figures, in the order of the zones."""
        zones = zip(self.codes, self.names, self.geometries, figures, strict=True)
        features = [
            geojson_feature(code, shape, {'code': code, 'name': name, **own}) for code, name, shape, own in zones
        ]
        return feature_collection(features, summary)

    def united(self) -> 'Zones':
        """All zones as a single one, by which a summary counts what lies in several of them once."""
        return Zones([''], [''], np.asarray([shapely.union_all(self.shapes)], dtype=object), [{}], [0])


class Data:
    """Reads layers for one run. db: a connection in a read-only transaction with one snapshot.

    editor: whose token came with the request, where the process is for editors only. job_id: of the run; empty for one
    without a job.
    """

    def __init__(
        self,
        db: Connection,
        locality: Locality,
        audience: Audience,
        drafts: Path = Path(),
        editor: str | None = None,
        request_layers: Mapping[str, StoredRequestLayer] | None = None,
        job_id: str = '',
    ) -> None:
        self.job_id = job_id
        self.db, self.locality, self.audience, self._drafts = db, locality, audience, drafts
        self.editor, self._request_layers = editor, request_layers or {}
        self._current = current_releases(db)
        self._read: dict[tuple[str, datetime | None], Release] = {}
        self._read_earlier: dict[str, dict[str, Reading]] = {}
        self._copied: set[str] = set()
        self._norms: set[str] = set()
        self._filtered = False
        self._scenario: Overlay | None = None

    def through(self, scenario: Overlay | None) -> Self:
        """The same reading, through a scenario whose tables were staged on this session."""
        self._scenario = scenario
        return self

    @property
    def readings(self) -> dict[str, Reading]:
        """What was read of each layer, by this run or by an earlier one whose result it reads."""
        own = [(layer, Reading(release.number, at)) for (layer, at), release in self._read.items()]
        earlier = [reading for readings in self._read_earlier.values() for reading in readings.items()]
        return most_telling([*own, *earlier])

    @property
    def releases(self) -> dict[str, int]:
        """Number of the release that was read, by layer; the oldest, where an earlier result read another one too.

        Of a layer as of a time it is the release that was in force then.
        """
        return release_numbers(self.readings)

    def provenance(self, caveats: Sequence[Text] | None = None) -> dict[str, Any]:
        """What the result says to its reader and about its sources; `demo` when any is demonstration data."""
        members = {'releases': self.releases, 'demo': any(release.demo for release in self._all_read())}
        earlier = {'results': sorted(self._read_earlier)} if self._read_earlier else {}
        version = {'norms': sorted(self._norms), 'norms_version': self.locality.norms_version} if self._norms else {}
        notes = {} if caveats is None else {'caveats': [caveat.model_dump() for caveat in caveats]}
        return notes | members | earlier | version | self._scenario_members(notes.get('caveats', []))

    def _scenario_members(self, caveats: list[dict[str, str]]) -> dict[str, Any]:
        """What the result says of its scenario, with the caveats of both; nothing without one."""
        if self._scenario is None:
            return {}
        own = [caveat.model_dump() for caveat in self._scenario.caveats]
        applied = {'applied_scenario': self._scenario.ref.members}
        return applied | ({'caveats': caveats + own} if caveats or own else {})

    def read_earlier(self, job_id: str, readings: dict[str, Reading]) -> None:
        """Counts what an earlier job had read as read, for what is made from its result."""
        self._read_earlier[job_id] = readings

    @property
    def copied(self) -> frozenset[str]:
        """Ids of the layers of which results of earlier jobs, that went into this one, hold rows as they are."""
        return frozenset(self._copied)

    def copy_earlier(self, layers: Iterable[str]) -> None:
        """Counts the result as one that has rows of these layers, from the result of an earlier job."""
        self._copied |= {*layers}

    def is_released(self, layer_id: str) -> bool:
        """Whether a layer has anything to read."""
        return layer_id in self._current

    def _all_read(self) -> list[Release]:
        earlier = {layer for readings in self._read_earlier.values() for layer in readings}
        return [*self._read.values(), *(self._current[layer] for layer in earlier & self._current.keys())]

    def norms(self, norm: str, on: date | None = None) -> list[Norm]:
        """The values of a norm that are in force on a day, by default the locality's reference date."""
        self._norms.add(norm)
        norms = self.locality.norms(norm, on or self.locality.place.reference_date)
        return norms if self._scenario is None else self._scenario.norms(norm, norms)

    def homes(self) -> Homes:
        """Buildings that people live in; whoever may not see the population gets NoSuchColumn."""
        layer, rows = self.source(HOMES)
        people = column_identifier(layer, POPULATION, self.audience)
        # offset 0 keeps the planner from computing each centroid twice, once for x and once for y
        columns = self.numbers(
            sql.SQL(
                'select ST_X(centre), ST_Y(centre), people, id::float8'
                ' from (select id, ST_Centroid(geom) as centre, {people}::float8 as people from {rows}'
                ' where {people} > 0 offset 0) home'
            ).format(people=people, rows=rows),
            width=4,
        )
        return Homes(columns[:, :2], columns[:, 2], columns[:, 3].astype(np.int64))

    def network(self) -> Network:
        """The roads as a graph."""
        return network_of(shapely.get_parts(self.shapes(ROADS)))

    def shapes(self, layer_ref: LayerRef, *narrowed_by: Filter | None) -> Geometries:
        """The geometries of a layer in the working CRS, those that its own filter and these let through."""
        _, rows = self.source(layer_ref, *narrowed_by)
        # many in one value: one by one they take ten times as long to fetch
        query = sql.SQL("""
            select ST_AsBinary(ST_Collect(geom)) as wkb
            from (select geom, row_number() over () / 10000 as batch from {}) every group by batch order by batch
        """).format(rows)
        return shapely.get_parts(wkb_geometries([row['wkb'] for row in self.rows(query)]))

    def zones(self, layer_ref: LayerRef) -> Zones:
        """The polygons of a layer: code from the first column of its key, name from the first searchable one."""
        layer, rows = self.source(layer_ref)
        code = column_identifier(layer, layer.identifier, self.audience)
        name = column_identifier(layer, (layer.publish.search or [layer.identifier])[0], self.audience)
        query = (
            'select {}::text as code, {}::text as name, ST_AsBinary(geom) as wkb, id,'
            ' ST_AsGeoJSON(geom_wgs84, 7) as geometry from {} order by 1, id'
        )
        zone_rows = self.rows(sql.SQL(query).format(code, name, rows))
        if not zone_rows:
            must_be_unfiltered(layer_ref)
        codes, names, ids = ([row[part] for row in zone_rows] for part in ('code', 'name', 'id'))
        shapes = wkb_geometries([row['wkb'] for row in zone_rows])
        return Zones(codes, names, shapes, [json.loads(row['geometry']) for row in zone_rows], ids)

    def read(self, layer: Layer | Coverage, times: Times | None = None) -> Release | None:
        """The release that shows a layer or coverage at the end of `times`, or now; it counts as read from now on.

        None before the first one. Features with a validity of their own are all in the present release.
        """
        lasting = isinstance(layer, Layer) and layer.publish.validity
        at = times.end if times is not None and not lasting else None
        if at is None:
            return self.release(layer)
        release = release_in_force(self.db, layer.id, at)
        if release is not None:
            self._read[layer.id, at] = release
        return release

    def release(self, layer: Layer | Coverage) -> Release:
        """The release of a layer or coverage that is served, which has one; it counts as read."""
        release = self._current[layer.id]
        self._read[layer.id, None] = release
        return release

    def current(self, layer_id: str) -> Release | None:
        """The release of a layer or coverage that is served, whether it is read or not."""
        return self._current.get(layer_id)

    def apart(self) -> Self:
        """The same snapshot for one part of a run, which remembers on its own what that part reads."""
        part = copy.copy(self)
        part._read, part._read_earlier, part._norms, part._filtered = {}, {}, set(), False
        part._copied = set()
        return part

    def count(self, part: 'Data') -> None:
        """Counts what a part of the run has read as read by the whole run."""
        self._read |= part._read
        self._read_earlier |= part._read_earlier
        self._copied |= part._copied
        self._norms |= part._norms

    def draft(self, name: str) -> Path:
        """Where the run may write a file of this name, to be its result; raises NotWritten and StoreAway."""
        require_store()
        try:
            self._drafts.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(self._drafts / name, error) from error
        return self._drafts / name

    def raster(self, coverage_id: str) -> Raster:
        """The released raster of a coverage; raises UnknownLayer, NotDelivered."""
        released = open_raster(self.db, coverage_id, self.locality, self.audience)
        self.release(released.coverage)
        return released if self._scenario is None else self._scenario.raster(released, self.draft)

    def source(
        self, layer_ref: LayerRef, *narrowed_by: Filter | None, times: Times | None = None
    ) -> tuple[Layer, sql.Composed]:
        """The layer, and `here`, to be selected from: its rows in force, now or at `times`, that pass the filters.

        The layer counts as read from now on. Raises NotDelivered when it has no release, and NothingThen when it had
        none at its own datetime, TooExpensive for a filter of the public's that costs too much. Features that are no
        collection look the same: their layer is made up from their properties.
        """
        layer, every = self._every(layer_ref, times)
        texts = [text for text in (layer_ref.filter, *narrowed_by) if text is not None]
        self._filtered |= bool(texts)
        if not texts:
            return layer, sql.SQL('{} here').format(every)
        conditions = [filter_condition(layer, text, self.locality, self.audience) for text in texts]
        require_affordable(self._fetch, every, conditions, self.audience)
        narrowed = sql.SQL(' and ').join(conditions)
        columns = sql.SQL(', ').join(
            map(sql.Identifier, ['id', *layer.columns_for(self.audience), 'geom', 'geom_wgs84'])
        )
        return layer, sql.SQL('(select {} from {} every where {}) here').format(columns, every, narrowed)

    def _every(self, layer_ref: LayerRef, times: Times | None) -> tuple[Layer, sql.Composable]:
        """The layer, and SQL of all of its rows that are in force, now or at `times`."""
        if layer_ref.collection is None:
            stored_layer = self._request_layers[layer_ref.reference]
            if layer_ref.job is not None:
                self._read_earlier[layer_ref.job] = stored_layer.readings
            return stored_layer.layer, rows_of(stored_layer.layer)
        layer = visible_layer(layer_ref.collection, self.locality, self.audience)
        if layer.id not in self._current:
            raise not_delivered(layer.id)
        when = parse_times(layer_ref.datetime) if layer_ref.datetime is not None and times is None else times
        if self.read(layer, when) is None and times is None:
            raise nothing_then(layer.id, str(layer_ref.datetime))
        if self._scenario is not None and self._scenario.changes_layer(layer.id):
            if when is not None:
                raise scenario_of_present(layer.id)
            return layer, self._scenario.rows(self.db, layer)
        return layer, layer_source(layer, self.locality, self.audience, when)

    def _fetch(self, query: sql.Composable) -> list[tuple[Any, ...]]:
        with self.evaluation(), self.db.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def rows(self, query: sql.Composable) -> list[dict[str, Any]]:
        """The rows of a query, values already in it."""
        with self.evaluation(), self.db.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(query)
            return [dict(row) for row in cursor.fetchall()]

    def numbers(self, query: sql.Composable, width: int) -> Floats:
        """The rows of a query with `width` columns of double precision, none null, shape (n, width).

        Binary COPY, whose rows then all have one size, is read by numpy as it comes: 600,000 rows in 0.1 s,
        where fetching them one by one takes seconds.
        """
        buffer = io.BytesIO()
        with self.evaluation(), self.db.cursor() as cursor:
            cursor.copy_expert(sql.SQL('copy ({}) to stdout (format binary)').format(query), buffer)
        cell = np.dtype([('size', '>i4'), ('value', '>f8')])
        body = buffer.getbuffer()[COPY_HEADER:-COPY_TRAILER]
        rows = np.frombuffer(body, dtype=[('columns', '>i2'), ('cells', cell, (width,))])
        return rows['cells']['value'].astype(np.float64)

    @contextmanager
    def evaluation(self) -> Iterator[None]:
        """A filter that cannot be evaluated (it divides by zero, its geometry is none) is its author's fault."""
        try:
            yield
        except (psycopg2.DataError, psycopg2.InternalError) as error:
            if not self._filtered:
                raise
            raise BadFilter(
                vi='Không tính được bộ lọc trên dữ liệu của lớp. Kiểm tra phép chia và hình học trong bộ lọc.',
                en='The filter cannot be evaluated on the data. Check its divisions and geometries.',
            ) from error
