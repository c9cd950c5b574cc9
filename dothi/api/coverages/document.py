"""What a coverage says of itself: its collection, the schema of its bands, its domain set and its range type."""

import math
from datetime import datetime
from itertools import count
from typing import Any

from dothi.api.common.collection_document import LICENCES, ROOT, SCHEMA, STRUCTURE, first_moments, temporal_extent
from dothi.api.coverages.formats import COVERAGEJSON, GEOTIFF, PNG, most_cells
from dothi.api.coverages.stored import StoredCoverage, stored_all
from dothi.api.coverages.systems import System, systems
from dothi.api.http.address import root_url
from dothi.api.http.documents import OGC, link, own_links
from dothi.api.http.language import HTML, JSON, say
from dothi.api.http.served_crs import CRS84
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.maps.links import map_links
from dothi.api.ows.address import WMS, wms_url
from dothi.api.styles.links import STYLES
from dothi.core.coverage import Band, BandKind, BandType, Coverage
from dothi.core.text import DEMO, Lang, Text
from dothi.core.units import ucum

DRAFT = 'https://json-schema.org/draft/2020-12/schema'
VARIABLES: dict[BandKind, str] = {
    'continuous': 'continuous',
    'category': 'categoricalNominal',
    'count': 'numericalOrdinal',
}
# The spelling that GDAL understands in a range type.
GDAL_TYPES: dict[BandType, str] = {
    'uint8': 'ogcType:unsignedByte',
    'int16': 'ogcType:signedShort',
    'uint16': 'ogcType:unsignedShort',
    'int32': 'ogcType:signedInt',
    'uint32': 'ogcType:unsignedInt',
    'float32': 'ogcType:float32',
    'float64': 'ogcType:float64',
}
FORMS = (
    ('tif', GEOTIFF, Text(vi='Giá trị, GeoTIFF', en='Values as GeoTIFF')),
    ('covjson', COVERAGEJSON, Text(vi='Giá trị, CoverageJSON', en='Values as CoverageJSON')),
    ('png', PNG, Text(vi='Ảnh màu, PNG', en='Coloured image, PNG')),
    ('html', HTML, Text(vi='Trang xem', en='As a page')),
)
ITEM = Text(vi='Toàn bộ lưới giá trị, GeoTIFF', en='The whole grid of values as GeoTIFF')
DOMAIN = Text(vi='Lưới ô', en='Domain set')
RANGE = Text(vi='Các dải', en='Range type')


def coverage_documents(db: Snapshot) -> list[dict[str, Any]]:
    """The documents of all coverages that have a release, for `/collections`."""
    stored_coverages = stored_all(db)
    first = first_moments(db, {stored.coverage.id: stored.coverage for stored in stored_coverages}, {})
    return [_describe_coverage(stored, first[stored.coverage.id]) for stored in stored_coverages]


def _describe_coverage(stored: StoredCoverage, first: datetime) -> dict[str, Any]:
    """first: when it was first released."""
    coverage, release, locality = stored.coverage, stored.release, service().locality
    crs_by_name = systems(stored.grid.srid, locality)
    own = next(iter(crs_by_name.values()))
    demo = release.demo
    return {
        'id': coverage.id,
        'title': f'{say(coverage.title)}{f" ({say(DEMO)})" if demo else ""}',
        'description': f'{say(coverage.description)}{f" {say(DEMO)}." if demo else ""}',
        'keywords': [say(locality.theme_title(coverage.theme)), *([say(DEMO).lower()] if demo else [])],
        'attribution': say(locality.agencies[coverage.agency].title),
        'dataType': 'coverage',
        # the default is `feature`
        'itemType': 'coverage',
        # GDAL's and QGIS's readers of features leave a collection out by this word
        'layerDataType': 'Coverage',
        'extent': {'spatial': _spatial_extent(stored, own), 'temporal': temporal_extent(first, release.released_at)},
        'crs': list(crs_by_name),
        'storageCrs': own.crs.uri,
        'dothi:release': release.number,
        'dothi:demo': demo,
        'dothi:cells': release.rows_total,
        'dothi:legend': {'band': coverage.publish.band, 'ramp': coverage.publish.ramp},
        'updated': release.released_at.isoformat(),
        'links': _coverage_links(stored),
    }


def _spatial_extent(stored: StoredCoverage, own: System) -> dict[str, Any]:
    """The extent with the grid of each axis, in the axis order of the raster's own system."""
    grid = stored.grid
    west, south, east, north = grid.bounds
    x = {'cellsCount': grid.width, 'resolution': grid.cell_width, 'firstCoordinate': west + grid.cell_width / 2}
    y = {'cellsCount': grid.height, 'resolution': grid.cell_height, 'firstCoordinate': south + grid.cell_height / 2}
    corners = [*own.ordered(west, south), *own.ordered(east, north)]
    return {
        'bbox': [stored.release.extent_wgs84],
        'crs': CRS84,
        'storageCrsBbox': [corners],
        'grid': own.ordered(x, y),
    }


def _whole_query(form: str, stored: StoredCoverage) -> str:
    """The query for a whole coverage in a format, in coarser cells where its own are too many for one answer."""
    if form == 'tif':
        return ''
    if form == 'html':
        return '?f=html'
    grid, bands = stored.grid, 1 if form == 'png' else len(stored.coverage.bands)
    most = most_cells(form)
    factor = next(
        each for each in count(1) if math.ceil(grid.width / each) * math.ceil(grid.height / each) * bands <= most
    )
    return f'?f={form}' if factor == 1 else f'?f={form}&scale-factor={factor}'


def _coverage_links(stored: StoredCoverage) -> list[dict[str, Any]]:
    coverage = stored.coverage
    base = f'/collections/{coverage.id}'
    values = [
        link(f'{OGC}/coverage', media_type, title, f'{base}/coverage{_whole_query(form, stored)}')
        for form, media_type, title in FORMS
    ]
    agency = service().locality.agencies[coverage.agency]
    return [
        *own_links(base, ('json', 'html', 'jsonld')),
        link('root', JSON, ROOT, '?f=json'),
        *values,
        # OGC's executable tests of Features ask every collection for its items, of whatever kind they are
        link('items', GEOTIFF, ITEM, f'{base}/coverage'),
        link(f'{OGC}/schema', SCHEMA, STRUCTURE, f'{base}/schema?f=json'),
        link(f'{OGC}/schema', HTML, STRUCTURE, f'{base}/schema?f=html'),
        link(f'{OGC}/coverage-domainset', JSON, DOMAIN, f'{base}/coverage/domainset?f=json'),
        link(f'{OGC}/coverage-rangetype', JSON, RANGE, f'{base}/coverage/rangetype?f=json'),
        link(f'{OGC}/styles', JSON, STYLES, f'{base}/styles?f=json'),
        link('service', WMS, 'WMS 1.3.0', wms_url()),
        *map_links(base),
        link('publisher', HTML, agency.title, f'{root_url()}/'),
        *(
            [link('license', HTML, coverage.licence, LICENCES[coverage.licence])]
            if coverage.licence in LICENCES
            else []
        ),
    ]


def schema(stored: StoredCoverage, address: str, lang: Lang) -> dict[str, Any]:
    """JSON schema of the bands, in `lang`."""
    bands = stored.coverage.bands.items()
    return {
        '$schema': DRAFT,
        '$id': address,
        'type': 'object',
        'title': stored.coverage.title.pick(lang),
        'description': stored.coverage.description.pick(lang),
        'properties': {
            name: _band_schema(stored, name, band, place, lang) for place, (name, band) in enumerate(bands, 1)
        },
        'additionalProperties': False,
    }


def _band_schema(stored: StoredCoverage, name: str, band: Band, place: int, lang: Lang) -> dict[str, Any]:
    whole = not band.type.startswith('float')
    schema: dict[str, Any] = {'type': 'integer' if whole else 'number', 'title': band.title.pick(lang)}
    if band.description:
        schema['description'] = band.description.pick(lang)
    limits = (('minimum', band.min), ('maximum', band.max))
    schema |= {key: int(limit) if whole else limit for key, limit in limits if limit is not None}
    if band.unit:
        schema['x-ogc-unit'] = ucum(band.unit)
    if band.categories:
        schema['oneOf'] = [{'const': value, 'title': title.pick(lang)} for value, title in band.categories.items()]
    figures = {ours: stored.figures[name][theirs] for ours, theirs in (('min', 'min'), ('max', 'max'), ('avg', 'mean'))}
    return schema | {
        'x-ogc-propertySeq': place,
        'x-ogc-variableType': VARIABLES[band.kind],
        'x-ogc-nullValues': [int(band.nodata) if whole else band.nodata],
        'x-ogc-statistics': figures,
    }


def domain_set(stored: StoredCoverage) -> dict[str, Any]:
    """The grid as CIS JSON, axes in the order of the raster's own system."""
    own = next(iter(systems(stored.grid.srid, service().locality).values()))
    grid = stored.grid
    west, south, east, north = grid.bounds
    names, unit = own.axes, 'deg' if own.geographic else 'm'
    x, y = (
        _describe_axis(name, low, high, size, unit)
        for name, low, high, size in zip(
            names, (west, south), (east, north), (grid.cell_width, grid.cell_height), strict=True
        )
    )
    limits = [_axis_limits('i', grid.width), _axis_limits('j', grid.height)]
    return {
        'type': 'DomainSet',
        'generalGrid': {
            'type': 'GeneralGridCoverage',
            'srsName': own.crs.uri,
            'axisLabels': own.ordered(*names),
            'axis': own.ordered(x, y),
            'gridLimits': {
                'type': 'GridLimits',
                'srsName': 'http://www.opengis.net/def/crs/OGC/0/Index2D',
                'axisLabels': own.ordered('i', 'j'),
                'axis': own.ordered(*limits),
            },
        },
    }


def _describe_axis(name: str, low: float, high: float, size: float, unit: str) -> dict[str, Any]:
    return {
        'type': 'RegularAxis',
        'axisLabel': name,
        'lowerBound': low,
        'upperBound': high,
        'uomLabel': unit,
        'resolution': size,
    }


def _axis_limits(name: str, cells: int) -> dict[str, Any]:
    return {'type': 'IndexAxis', 'axisLabel': name, 'lowerBound': 0, 'upperBound': cells - 1}


def range_type(coverage: Coverage) -> dict[str, Any]:
    """The bands as CIS JSON."""
    return {'type': 'DataRecord', 'field': [_describe_field(name, band) for name, band in coverage.bands.items()]}


def _describe_field(name: str, band: Band) -> dict[str, Any]:
    field = {
        'type': 'Quantity',
        'id': name,
        'name': say(band.title),
        'definition': GDAL_TYPES[band.type],
        'nodata': band.nodata,
    }
    return field | ({'uom': {'type': 'UnitReference', 'code': ucum(band.unit)}} if band.unit else {})
