"""What must be true of a locality that was just made, beyond each of its files being right by itself."""

from pathlib import Path

import pyproj

from dothi.core.cql2.where import condition
from dothi.core.crs import WEB_MERCATOR, WGS84, proj_string, transformer
from dothi.core.errors import DothiError
from dothi.core.locality import Locality, load_locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.meridians import zone_of_province
from dothi.core.text import Text
from dothi.core.unit_register import UnitVersion, level_of, unit_register
from dothi.local.unit_list import bad_units

# A system may be used this far beyond the area that it is made for: provinces reach over their zone.
BEYOND_DEG = 1.5


def require_one_system(title: Text, crs: str | None, central_meridian_deg: float | None, answers: Path) -> None:
    """Raises BadLocalityFile where the answers name no system or two, with the meridian that EPSG has for the place."""
    if (crs is None) != (central_meridian_deg is None):
        return
    proposal = _meridian_by_epsg(title)
    raise BadLocalityFile(
        vi=f'{answers}: cần một trong hai khóa crs và central_meridian_deg.{proposal.vi}',
        en=f'{answers}: needs either crs or central_meridian_deg.{proposal.en}',
    )


def _meridian_by_epsg(title: Text) -> Text:
    zone = zone_of_province(title.vi) or zone_of_province(title.en)
    if zone is None:
        return Text(vi=' Xem: dothi new-locality --meridians.', en=' See: dothi new-locality --meridians.')
    key = f'central_meridian_deg: {zone.degrees:g}'
    return Text(
        vi=f' EPSG ghi {title.vi} (trước 7/2025) ở kinh tuyến {zone.label}: {key}.',
        en=f' EPSG has {title.en} (before July 2025) at {zone.label}: {key}.',
    )


def checked_locality(folder: Path) -> Locality:
    """The locality in the folder; raises what is wrong with any of its files, or between them."""
    made = load_locality(folder)
    for error in made.broken.values():
        raise error
    _require_fitting_crs(made)
    _require_parents(made)
    _require_unit_layers(made)
    _require_readable_filters(made)
    return made


def _require_fitting_crs(made: Locality) -> None:
    """Lengths and areas are computed in the working system: it is in metres, and made for this part of the world."""
    transformer(proj_string(WGS84), proj_string(made.srid))
    crs, (lon, lat) = pyproj.CRS.from_epsg(made.srid), made.place.centre_wgs84
    if not crs.is_projected or made.srid == WEB_MERCATOR or crs.axis_info[0].unit_name != 'metre':
        raise BadLocalityFile(
            vi=f'Khóa crs: {made.place.crs} không tính được độ dài bằng mét. Chọn một hệ quy chiếu phẳng.',
            en=f'Key crs: {made.place.crs} does not measure in metres. Choose another projected system.',
        )
    area = crs.area_of_use
    if area and not (
        area.west - BEYOND_DEG <= lon <= area.east + BEYOND_DEG
        and area.south - BEYOND_DEG <= lat <= area.north + BEYOND_DEG
    ):
        raise BadLocalityFile(
            vi=f'Khóa crs: {made.place.crs} dùng cho {area.name}, còn các điểm ở quanh {lon}, {lat} (lon, lat). '
            'Sửa crs, central_meridian_deg hoặc tọa độ.',
            en=f'Key crs: {made.place.crs} is for {area.name}, and the points lie around {lon}, {lat} (lon, lat). '
            'Correct crs, central_meridian_deg or the coordinates.',
        )


def _require_parents(made: Locality) -> None:
    """Every unit lies in others, up to the locality itself."""
    by_code = {unit.code: unit for unit in unit_register(made).versions}
    for unit in by_code.values():
        _require_way_up(unit, by_code, made.place.unit_code)


def _require_way_up(unit: UnitVersion, by_code: dict[str, UnitVersion], top: str) -> None:
    passed, code = {unit.code}, unit.parent_code
    while top not in (code, unit.code):
        if code in passed:
            raise bad_units(
                Path('units.csv'),
                f'đơn vị {unit.code} nằm trong chính nó (parent_code {code})',
                f'the unit {unit.code} lies in itself (parent_code {code})',
            )
        if code not in by_code:
            raise bad_units(
                Path('units.csv'),
                f'đơn vị {unit.code} có parent_code {code}, không có trong danh sách',
                f'the unit {unit.code} has the parent_code {code}, which is not in the list',
            )
        passed.add(code)
        code = by_code[code].parent_code


def _require_unit_layers(made: Locality) -> None:
    named = {column.unit_layer for layer in made.layers.values() for column in layer.columns.values()}
    missing = sorted({*named, *made.place.unit_layers} - {None, *made.layers}, key=str)
    if missing:
        raise BadLocalityFile(
            vi=f'Khóa library: các lớp được chọn nhắc đến lớp đơn vị "{missing[0]}", hãy lấy cả lớp đó.',
            en=f'Key library: the chosen layers refer to the layer of units "{missing[0]}"; take that one as well.',
        )
    for layer in made.layers.values():
        level = level_of(layer)
        if level is not None and level not in made.place.levels:
            raise BadLocalityFile(
                vi=f'Khóa levels: lớp {layer.id} của thư viện là của cấp "{level}", không có trong levels.',
                en=f'Key levels: the layer {layer.id} of the library is of the level "{level}", which levels lacks.',
            )


def _require_readable_filters(made: Locality) -> None:
    for name, level in made.place.levels.items():
        if level.urban is None or level.layer is None:
            continue
        try:
            condition(made.layers[level.layer], level.urban, srid=made.srid, audience='public')
        except DothiError as error:
            raise BadLocalityFile(
                vi=f'Khóa levels.{name}.urban: {error.text.vi}', en=f'Key levels.{name}.urban: {error.text.en}'
            ) from None
