"""Records of layers and coverages: what their files, their releases and their past say of them."""

from typing import Any

from dothi.api.common.collection_document import LICENCES
from dothi.api.coverages.document import FORMS as COVERAGE_FORMS
from dothi.api.coverages.stored import StoredCoverage
from dothi.api.http.documents import OGC
from dothi.api.http.language import GEOJSON, HTML, JSON, JSONLD
from dothi.api.maps.links import MAP, PNG
from dothi.api.maps.links import TILES as MAP_TILES
from dothi.api.ows.address import WMS, WMTS, wms_url, wmts_url
from dothi.api.records.groups import record_groups
from dothi.api.records.past import Past
from dothi.api.records.record import OPEN, Box, Contact, Entry, Link, Record, Template
from dothi.api.styles.links import STYLES
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.export.formats import FORMATS as FILE_FORMATS
from dothi.core.job_settings import JobSettings
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.text import DEMO, Text

MVT, SCHEMA = 'application/vnd.mapbox-vector-tile', 'application/schema+json'
MAPLIBRE = 'application/vnd.mapbox.style+json'
DOCUMENTS = (('GeoJSON', GEOJSON), ('JSON-LD', JSONLD), ('HTML', HTML), ('Mapbox Vector Tile', MVT))
FILES = tuple((form.title, form.media_type) for form in FILE_FORMATS.values() if form.media_type != GEOJSON)
NUMBER = {'type': 'integer', 'minimum': 0}
STRUCTURE = Text(vi='Cấu trúc', en='Schema')
CHECKED = Text(vi='Đã kiểm tra', en='Checked for')
LAYER_CHECKS = Text(
    vi='hình học hợp lệ, kiểu và miền giá trị, khóa không trùng, trong phạm vi địa phương',
    en='valid geometry, types and domains, unique keys, within the extent of the locality',
)
COVERAGE_CHECKS = Text(
    vi='hệ tọa độ, giá trị trong giới hạn của từng dải, phủ đủ địa phương',
    en='coordinate system, values within the limits of each band, covering enough of the locality',
)


def layer_record(
    layer: Layer, release: Release, past: Past, period: tuple[Any, Any] | None, locality: Locality, audience: Audience
) -> Record:
    """The record of a released layer, with what `audience` may know."""
    columns, checks = layer.columns_for(audience), layer.checks
    structure = Text(vi=f'{len(columns)} cột', en=f'{len(columns)} columns')
    entry_groups = (
        Entry('badRowsShareAllowed', Text(vi='Tỷ lệ hàng lỗi tối đa', en='Share of bad rows allowed'),
              checks.bad_rows_share),
        Entry('lostRowsShareAllowed', Text(vi='Tỷ lệ hàng mất tối đa', en='Share of lost rows allowed'),
              checks.lost_rows_share),
        Entry('checks', CHECKED, LAYER_CHECKS),
    )  # fmt: skip
    return Record(
        **_common_members(layer, release, past, locality),
        time=_time_interval(release, past, period),
        formats=(*DOCUMENTS, *FILES),
        links=(*_layer_links(layer), *_picture_links(layer), *_licence_links(layer)),
        templates=_link_templates(layer),
        facts=_fact_groups(layer, release, past, locality.place.crs) | {'geometryType': layer.geometry},
        groups=record_groups(
            layer, release, past, locality, locality.place.crs, Entry('schema', STRUCTURE, structure), entry_groups
        ),
        searched=(*_known_as(layer, locality), *(column.title for column in columns.values())),
    )


def coverage_record(stored: StoredCoverage, past: Past, locality: Locality) -> Record:
    """The record of a released coverage."""
    coverage, release, checks = stored.coverage, stored.release, stored.coverage.checks
    crs = f'EPSG:{stored.grid.srid}'
    listed = ', '.join(f'{name} ({band.unit})' if band.unit else name for name, band in coverage.bands.items())
    entry_groups = (
        Entry('badCellsShareAllowed', Text(vi='Tỷ lệ ô lỗi tối đa', en='Share of bad cells allowed'),
              checks.bad_cells_share),
        Entry('lostCellsShareAllowed', Text(vi='Tỷ lệ ô mất tối đa', en='Share of lost cells allowed'),
              checks.lost_cells_share),
        Entry('coveredShareNeeded', Text(vi='Tỷ lệ diện tích phải phủ', en='Share of the area to be covered'),
              checks.covered_share),
        Entry('checks', CHECKED, COVERAGE_CHECKS),
    )  # fmt: skip
    return Record(
        **_common_members(coverage, release, past, locality),
        time=_time_interval(release, past, None),
        formats=tuple((form, media_type) for form, media_type, _ in COVERAGE_FORMS),
        links=(*_coverage_links(coverage), *_picture_links(coverage), *_licence_links(coverage)),
        facts=_fact_groups(coverage, release, past, crs) | {'cellWidth': stored.grid.cell_width},
        groups=record_groups(coverage, release, past, locality, crs, Entry('schema', STRUCTURE, listed), entry_groups),
        searched=(*_known_as(coverage, locality), *(band.title for band in coverage.bands.values())),
    )


def _common_members(data: Layer | Coverage, release: Release, past: Past, locality: Locality) -> dict[str, Any]:
    agency, publisher = locality.agencies[data.agency], locality.place.attribution
    return {
        'id': data.id,
        'type': 'dataset',
        'title': data.title,
        'description': data.description,
        'keywords': (locality.theme_title(data.theme), agency.title, *((DEMO,) if release.demo else ())),
        'theme': data.theme,
        'agency': data.agency,
        'contacts': (
            Contact(agency.title, ('originator', 'pointOfContact'), agency.focal_point),
            Contact(publisher, ('publisher', 'distributor')),
        ),
        'created': past.first_released,
        'updated': release.released_at,
        'extent': _bbox_of_release(release),
        'licence': data.licence if data.licence in LICENCES else None,
        'rights': _rights_text(data, agency.title, publisher),
        'lineage': past.releases,
    }


def _known_as(data: Layer | Coverage, locality: Locality) -> tuple[Text, ...]:
    """Supplier, publisher and place of the layer."""
    return locality.agencies[data.agency].title, locality.place.attribution, locality.place.title


def _time_interval(release: Release, past: Past, period: tuple[Any, Any] | None) -> tuple[str, str]:
    """The days on which its features are valid; else since when there is data."""
    if period:
        first, last = period
        return _day_text(first), _day_text(last)
    return (release.as_of or past.first_released.date()).isoformat(), OPEN


def _day_text(at: Any) -> str:
    return OPEN if at is None else at.isoformat()[:10]


def _bbox_of_release(release: Release) -> Box | None:
    if release.extent_wgs84 is None:
        return None
    west, south, east, north = release.extent_wgs84
    return west, south, east, north


def _rights_text(data: Layer | Coverage, agency: Text, publisher: Text) -> Text:
    return Text(
        vi='Nguồn: {agency}. Phát hành: {publisher}. Giấy phép: {licence}.',
        en='Source: {agency}. Published by: {publisher}. Licence: {licence}.',
    ).format(agency=agency, publisher=publisher, licence=data.licence)


def _fact_groups(data: Layer | Coverage, release: Release, past: Past, stored_crs: str) -> dict[str, Any]:
    return {
        'access': data.access,
        'demo': release.demo,
        'release': release.number,
        'origin': release.origin,
        'rows': release.rows_total,
        'badRows': release.rows_bad,
        'updateCycle': data.update_cycle,
        'nextUpdateDue': past.due(data.update_cycle).isoformat(),
        'lastDelivered': {agency: at.isoformat() for agency, at in sorted(past.delivered.items())},
        **({'quality': release.quality} if release.quality else {}),
        'storageCrs': stored_crs,
    }


def _layer_links(layer: Layer) -> list[Link]:
    base = f'/collections/{layer.id}'
    links = [
        Link('describes', base, JSON, Text(vi='Lớp dữ liệu này', en='This layer')),
        Link('item', f'{base}/items', GEOJSON, Text(vi='Đối tượng, GeoJSON', en='Features as GeoJSON')),
        Link(f'{OGC}/tilesets-vector', f'{base}/tiles', JSON, Text(vi='Ô bản đồ', en='Vector tiles')),
        Link(f'{OGC}/schema', f'{base}/schema', SCHEMA, STRUCTURE),
        Link(f'{OGC}/queryables', f'{base}/queryables', SCHEMA, Text(vi='Thuộc tính lọc được', en='Queryables')),
    ]
    links += [
        Link(
            'enclosure',
            f'{base}/downloads/{layer.id}.{form}',
            FILE_FORMATS[form].media_type,
            Text(vi=f'Cả lớp, {FILE_FORMATS[form].title}', en=f'Whole layer, {FILE_FORMATS[form].title}'),
        )
        for form in JobSettings().downloads
    ]
    return [
        *links,
        Link(f'{OGC}/styles', f'{base}/styles', JSON, STYLES),
        Link(
            'stylesheet', f'{base}/styles/{DEFAULT}?f=maplibre', MAPLIBRE, Text(vi='Kiểu MapLibre', en='MapLibre style')
        ),
    ]


def _coverage_links(coverage: Coverage) -> list[Link]:
    base = f'/collections/{coverage.id}'
    values = [Link('item', f'{base}/coverage?f={form}', kind, title) for form, kind, title in COVERAGE_FORMS]
    return [
        Link('describes', base, JSON, Text(vi='Raster này', en='This coverage')),
        *values,
        Link(f'{OGC}/schema', f'{base}/schema', SCHEMA, STRUCTURE),
    ]


def _picture_links(data: Layer | Coverage) -> list[Link]:
    """Its map, and the services that have it under its id."""
    base, name = f'/collections/{data.id}/map', data.id
    wms, wmts = Text(vi='Ảnh bản đồ, WMS', en='Map images by WMS'), Text(vi='Ô bản đồ, WMTS', en='Map tiles by WMTS')
    return [
        Link(f'{OGC}/map', base, PNG, MAP),
        Link(f'{OGC}/tilesets-map', f'{base}/tiles', JSON, MAP_TILES),
        Link('service', wms_url(), WMS, wms, protocol='OGC:WMS', name=name),
        Link('service', wmts_url(), WMTS, wmts, protocol='OGC:WMTS', name=name),
    ]


def _licence_links(data: Layer | Coverage) -> list[Link]:
    address = LICENCES.get(data.licence)
    return [Link('license', address, HTML, Text(vi=data.licence, en=data.licence))] if address else []


def _link_templates(layer: Layer) -> tuple[Template, ...]:
    base = f'/collections/{layer.id}'
    least, most = layer.publish.tiles.zooms
    place = {'tileMatrix': NUMBER | {'minimum': least, 'maximum': most}, 'tileRow': NUMBER, 'tileCol': NUMBER}
    box = {'type': 'string', 'description': 'west,south,east,north'}
    return (
        Template(
            'tiles',
            f'{base}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}',
            MVT,
            Text(vi='Một ô bản đồ', en='One tile'),
            place,
        ),
        Template(
            'items',
            f'{base}/items?f=json&bbox={{bbox}}&limit={{limit}}',
            GEOJSON,
            Text(vi='Đối tượng trong một khung', en='Features within a box'),
            {'bbox': box, 'limit': {'type': 'integer', 'minimum': 1}},
        ),
    )
