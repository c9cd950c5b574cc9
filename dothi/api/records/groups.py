"""The metadata of a layer or coverage in the four groups of the Law on Surveying 2018, article 45."""

from functools import lru_cache
from typing import Any

import pyproj

from dothi.api.records.past import Past
from dothi.api.records.record import Entry, Group
from dothi.core.catalog import Origin, Release
from dothi.core.clock import local_day
from dothi.core.coverage import Coverage
from dothi.core.layer import Access, Layer
from dothi.core.locality import Locality, locality_zone
from dothi.core.place import Agency, Place
from dothi.core.text import Text

ORIGINS: dict[Origin, Text] = {
    'demo': Text(vi='dữ liệu minh họa', en='demonstration data'),
    'delivery': Text(vi='tệp do cơ quan giao', en='a delivery of the agency'),
    'edit': Text(vi='chỉnh sửa qua API', en='an edit through the API'),
    'rollback': Text(vi='quay lại bản trước', en='a return to an earlier release'),
    'leave': Text(vi='bỏ dữ liệu minh họa', en='the demonstration taken out'),
}
ACCESS: dict[Access, Text] = {
    'public': Text(vi='công khai', en='public'),
    'internal': Text(vi='nội bộ', en='internal'),
    'restricted': Text(vi='hạn chế', en='restricted'),
}
DEMO_VALUE = Text(vi='Dữ liệu minh họa, không có giá trị pháp lý.', en='Demonstration data, without any value in law.')
LEGAL_VALUE = Text(
    vi='Bản đã kiểm tra của dữ liệu cơ quan giao; bản gốc của cơ quan là bản có giá trị pháp lý.',
    en="A checked copy of what the agency delivered; the agency's original is what counts in law.",
)
WAY = Text(
    vi='OGC API mở, không cần phần mềm riêng (xem các liên kết)',
    en='Open OGC API, no special software needed (see the links)',
)
STANDARDS, NAMED = Text(vi='Tiêu chuẩn', en='Standards'), 'OGC API, RFC 7946, ISO 19115'
EXTENT = Text(vi='Phạm vi, thời gian và nơi sản xuất', en='Extent, time and producer')
CONFORMITY = Text(vi='Sự tuân thủ tiêu chuẩn', en='Conformity to standards')
QUALITY = Text(vi='Chất lượng và giá trị pháp lý', en='Quality and legal value')
WAY_OF_ACCESS = Text(vi='Cách thức truy cập', en='Way of access')


def record_groups(
    data: Layer | Coverage,
    release: Release,
    past: Past,
    locality: Locality,
    stored_crs: str,
    structure: Entry,
    checks: tuple[Entry, ...],
) -> tuple[Group, ...]:
    """The four groups, in the order of the article. structure, checks: what is said of its kind of data alone."""
    agency, place = locality.agencies[data.agency], locality.place
    conformity = (*_crs_entries(stored_crs, place), structure, Entry('standards', STANDARDS, NAMED))
    return (
        Group('extentTimeProducer', EXTENT, _extent_entries(data, release, past, agency, place)),
        Group('conformity', CONFORMITY, conformity),
        Group('qualityLegalValue', QUALITY, (*_quality_entries(release), *checks, _legal_value(release))),
        Group('access', WAY_OF_ACCESS, _access_entries(data)),
    )


def _extent_entries(
    data: Layer | Coverage, release: Release, past: Past, agency: Agency, place: Place
) -> tuple[Entry, ...]:
    as_of = (Entry('asOf', Text(vi='Hiện trạng ngày', en='State of'), release.as_of),) if release.as_of else ()
    return (
        Entry('place', Text(vi='Địa bàn', en='Place'), place.title),
        Entry('producer', Text(vi='Cơ quan cung cấp', en='Producer'), agency.title),
        Entry('focalPoint', Text(vi='Đầu mối', en='Focal point'), agency.focal_point),
        Entry('publisher', Text(vi='Nơi phát hành', en='Publisher'), place.attribution),
        *as_of,
        Entry('released', Text(vi='Phát hành', en='Released'), local_day(release.released_at, locality_zone())),
        Entry('updateCycle', Text(vi='Chu kỳ cập nhật (ISO 8601)', en='Update cycle (ISO 8601)'), data.update_cycle),
        Entry('nextUpdateDue', Text(vi='Hạn cập nhật tiếp theo', en='Next update due'), past.due(data.update_cycle)),
    )


def _crs_entries(stored_crs: str, place: Place) -> tuple[Entry, ...]:
    return (
        Entry('crs', Text(vi='Hệ tọa độ lưu trữ', en='Storage CRS'), f'{stored_crs} {crs_name(stored_crs)}'),
        Entry('servedCrs', Text(vi='Hệ tọa độ phục vụ', en='Served CRS'), ', '.join(place.served_crs)),
    )


def _quality_entries(release: Release) -> tuple[Entry, ...]:
    return (
        Entry('release', Text(vi='Bản phát hành', en='Release'), release.number),
        Entry('origin', Text(vi='Nguồn gốc', en='Origin'), ORIGINS[release.origin]),
        Entry('rows', Text(vi='Số đối tượng hoặc ô', en='Features or cells'), release.rows_total),
        Entry('badRows', Text(vi='Bị loại ở đợt giao này', en='Refused in this delivery'), release.rows_bad),
        *_figure_entries(release.quality or {}),
    )


def _figure_entries(quality: dict[str, Any]) -> tuple[Entry, ...]:
    """What the checks of the release's delivery found."""
    titles = {
        'read': Text(vi='Số hàng đã đọc', en='Rows read'),
        'warnings': Text(vi='Cảnh báo', en='Warnings'),
        'repaired': Text(vi='Đã sửa', en='Repaired'),
    }
    return tuple(Entry(name, title, quality[name]) for name, title in titles.items() if name in quality)


def _legal_value(release: Release) -> Entry:
    value = DEMO_VALUE if release.demo else LEGAL_VALUE
    return Entry('legalValue', Text(vi='Giá trị pháp lý', en='Legal value'), value)


def _access_entries(data: Layer | Coverage) -> tuple[Entry, ...]:
    return (
        Entry('access', Text(vi='Mức truy cập', en='Access'), ACCESS[data.access]),
        Entry('licence', Text(vi='Giấy phép', en='Licence'), data.licence),
        Entry('way', Text(vi='Cách truy cập', en='How'), WAY),
    )


@lru_cache
def crs_name(code: str) -> str:
    """The name of a coordinate system, as `VN-2000 / TM-3 105-30` of EPSG:9209."""
    return str(pyproj.CRS.from_user_input(code).name)
