"""What `/collections` says of one layer: texts, extents, systems, and links to all that there is of it."""

from datetime import UTC, date, datetime, time
from typing import Any

from flask import current_app
from psycopg2 import sql

from dothi.api.http.address import root_url
from dothi.api.http.documents import OGC, link, own_links
from dothi.api.http.language import HTML, JSON, say
from dothi.api.http.served_crs import CRS84, served_crs, uri_of
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.items.documents import item_links
from dothi.api.items.downloads import download_links
from dothi.api.items.template import template_links
from dothi.api.maps.links import map_links
from dothi.api.ows.address import WMS, wms_url
from dothi.api.styles.links import styles_links
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.crs import WGS84, axis_order_yx
from dothi.core.grid import moved_bounds
from dothi.core.layer import Layer
from dothi.core.layer_source import Times, source
from dothi.core.locality import Locality
from dothi.core.text import DEMO, Text

SCHEMA = 'application/schema+json'
GREGORIAN = 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian'
LICENCES = {'CC-BY-4.0': 'https://creativecommons.org/licenses/by/4.0/'}


def collection_documents(db: Snapshot) -> list[dict[str, Any]]:
    """The documents of all layers that have a release, in the order of the layer files' names."""
    releases = db.releases()
    begins, files = _first_released(db), download_links(db)
    return [
        _describe_collection(
            layer, releases[name], _cached_interval(db, layer, begins[name], releases[name]), files.get(name, [])
        )
        for name, layer in service().layers.items()
        if name in releases
    ]


def collection_document(db: Snapshot, layer: Layer) -> dict[str, Any]:
    """The document of one layer; raises NoRelease."""
    release = db.release(layer)
    interval = _cached_interval(db, layer, _first_released(db)[layer.id], release)
    return _describe_collection(layer, release, interval, download_links(db).get(layer.id, []))


def _describe_collection(
    layer: Layer, release: Release, interval: tuple[datetime, datetime], files: list[dict[str, Any]]
) -> dict[str, Any]:
    demo = f' ({say(DEMO)})' if release.demo else ''
    locality = service().locality
    return {
        'id': layer.id,
        'title': f'{say(layer.title)}{demo}',
        'description': f'{say(layer.description)}{f" {say(DEMO)}." if release.demo else ""}',
        'keywords': [say(locality.theme_title(layer.theme)), *([say(DEMO).lower()] if release.demo else [])],
        'attribution': say(locality.agencies[layer.agency].title),
        'itemType': 'feature',
        'extent': {
            'spatial': _spatial_extent(release, locality),
            'temporal': temporal_extent(*interval),
        },
        'crs': list(served_crs(locality)),
        'storageCrs': uri_of(locality.place.crs),
        'dothi:release': release.number,
        'dothi:demo': release.demo,
        'dothi:rows': release.rows_total,
        **({'dothi:day': locality.place.reference_date.isoformat()} if layer.publish.shows_reference_date else {}),
        'updated': release.released_at.isoformat(),
        'links': [*_collection_links(layer), *files, *_licence_links(layer)],
    }


def _spatial_extent(release: Release, locality: Locality) -> dict[str, Any]:
    """The extent in degrees, and in the system of storage with the axes in its order."""
    west, south, east, north = release.extent_wgs84 or locality.place.extent_wgs84
    x1, y1, x2, y2 = moved_bounds((west, south, east, north), WGS84, locality.srid)
    corners = [y1, x1, y2, x2] if axis_order_yx(locality.srid) else [x1, y1, x2, y2]
    return {'bbox': [[west, south, east, north]], 'crs': CRS84, 'storageCrsBbox': [corners]}


def _collection_links(layer: Layer) -> list[dict[str, Any]]:
    base = f'/collections/{layer.id}'
    described = [
        link(f'{OGC}/{kind}', media_type, title, f'{base}/{kind}?f={f}')
        for kind, title in (('schema', STRUCTURE), ('queryables', QUERYABLES), ('sortables', SORTABLES))
        for f, media_type in (('json', SCHEMA), ('html', HTML))
    ]
    tiles = f'{base}/tiles'
    return [
        *own_links(base, ('json', 'html', 'jsonld')),
        link('root', JSON, ROOT, '?f=json'),
        *item_links(layer),
        *described,
        link('describedby', SCHEMA, FEATURE, f'{base}/schema/feature?f=json'),
        link(f'{OGC}/tilesets-vector', JSON, TILES, f'{tiles}?f=json'),
        link(f'{OGC}/tilesets-vector', HTML, TILES, f'{tiles}?f=html'),
        link('describedby', JSON, 'TileJSON', f'{tiles}/WebMercatorQuad/metadata?f=tilejson'),
        *styles_links(base),
        link('service', WMS, 'WMS 1.3.0', wms_url()),
        *map_links(base),
        *template_links(layer),
    ]


def _licence_links(layer: Layer) -> list[dict[str, Any]]:
    agency = service().locality.agencies[layer.agency]
    links = [link('publisher', HTML, agency.title, f'{root_url()}/')]
    if layer.licence in LICENCES:
        links.append(link('license', HTML, layer.licence, LICENCES[layer.licence]))
    return links


def first_moments(
    db: Snapshot, collections: dict[str, Layer | Coverage], releases: dict[str, Release]
) -> dict[str, datetime]:
    """From when on there is something of each of these, of which `releases` are the current ones."""
    first = _first_released(db)
    return {
        name: _cached_interval(db, collection, first[name], releases[name])[0]
        if isinstance(collection, Layer)
        else first[name]
        for name, collection in collections.items()
    }


def temporal_extent(first: datetime, last: datetime) -> dict[str, Any]:
    """The extent in time of what `datetime` finds something new of from `first` to `last`."""
    return {'interval': [[_format_moment(first), _format_moment(last)]], 'trs': GREGORIAN}


def _first_released(db: Snapshot) -> dict[str, datetime]:
    """When each layer's first release was made."""
    return dict(db.rows(sql.SQL('select layer_id, min(released_at) from catalog.release group by layer_id')))


def _cached_interval(db: Snapshot, layer: Layer, first: datetime, release: Release) -> tuple[datetime, datetime]:
    """From when to when `datetime` finds something new: by validity, else from the first release to the current one.

    Both ends are given, as clients (OGC's own tests among them) fail over an open one: what is valid until further
    notice is known to be so up to its release.
    """
    if not layer.publish.validity:
        return first, release.released_at
    intervals: dict[tuple[str, int], tuple[datetime, datetime]] = current_app.extensions.setdefault(
        'dothi.validity', {}
    )
    key = (layer.id, release.number)
    if key not in intervals:
        intervals[key] = _read_validity(db, layer, layer.publish.validity, release)
    return intervals[key]


def _read_validity(db: Snapshot, layer: Layer, columns: tuple[str, str], release: Release) -> tuple[datetime, datetime]:
    begins, ends = map(sql.Identifier, columns)
    rows = source(layer, service().locality, service().audience, Times(None, None))
    statement = sql.SQL('select min({0}), greatest(max({0}), max({1})), bool_or({1} is null) from {2} as f')
    ((first, last, is_open),) = db.rows(statement.format(begins, ends, rows))
    moments = [moment for moment in (_utc_moment(first), _utc_moment(last)) if moment]
    now = [release.released_at] if is_open or not moments else []
    return min(moments + now), max(moments + now)


def _utc_moment(value: date | None) -> datetime | None:
    """A date's first moment; a time as it is."""
    if isinstance(value, datetime) or value is None:
        return value
    return datetime.combine(value, time.min, UTC)


def _format_moment(moment: datetime) -> str:
    """In UTC, as RFC 3339 writes it."""
    return moment.astimezone(UTC).isoformat().replace('+00:00', 'Z')


STRUCTURE = Text(vi='Cấu trúc', en='Schema')
FEATURE = Text(vi='Cấu trúc của một đối tượng GeoJSON', en='Schema of a feature as GeoJSON')
SORTABLES = Text(vi='Thuộc tính sắp xếp được', en='Sortables')
QUERYABLES = Text(vi='Thuộc tính lọc được', en='Queryables')
TILES = Text(vi='Ô bản đồ', en='Tiles')
ROOT = Text(vi='Trang chủ API', en='Landing page')
