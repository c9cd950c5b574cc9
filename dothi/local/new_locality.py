"""A folder for a new locality, made from answers: its place, levels, units, agencies, and layers of the library."""

import csv
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import BaseModel

from demo.points import NoOutline, read_sites
from demo.register import units_in_force
from demo.tables import code_column
from dothi.core.crs import meridian_srid
from dothi.core.errors import WrongUse
from dothi.core.locality import load_locality
from dothi.core.locality_file import parse_file
from dothi.core.locality_folder import LIBRARY
from dothi.core.place import Level
from dothi.core.text import Text, search_key
from dothi.core.unit_register import CENSUS, unit_register
from dothi.local.answers import COMMUNE, Answers
from dothi.local.locality_checks import checked_locality, require_one_system
from dothi.local.unit_columns import level_of_word, parent_codes
from dothi.local.unit_list import BadUnitsFile, Row, bad_units, read_unit_list

EXAMPLE = LIBRARY / 'answers.yml'
# Around the outermost points, in degrees.
MARGIN_DEG = 0.1
LEAST_AREA_KM2 = 0.5
KM_PER_DEGREE = 111.2
UTM_49_FROM_DEG = 108.0
UNIT_COLUMNS = ('code', 'level', 'name', 'parent_code', 'valid_from', 'valid_to')


class FolderTaken(WrongUse):
    """The folder is there already, with something in it."""


class NewLocality(BaseModel):
    """What was made: the folder, its working CRS, how many units each level has, the layers, and whether a demo can be
    drawn.

    no_demo: why none can be, where there are points.
    """

    folder: Path
    crs: str
    units: dict[str, int]
    layers: list[str]
    demo: bool
    no_demo: Text | None = None


def make_locality(folder: Path, answers_file: Path) -> NewLocality:
    """Writes the folder, whole or not at all, and says what is in it.

    Raises FolderTaken, BadUnitsFile, or BadLocalityFile that names file, key and fix.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderTaken(
            vi=f'{folder} đã có và không trống. Chọn thư mục khác.',
            en=f'{folder} is there already and not empty. Choose another folder.',
        )
    answers = parse_file(Answers, answers_file)
    require_one_system(answers.title, answers.crs, answers.central_meridian_deg, answers_file)
    rows = _unit_rows(answers_file.parent / answers.units, answers)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f'.{folder.name}-', dir=folder.parent))
    try:
        _write(draft, answers, rows)
        made = checked_locality(draft)
        draft.chmod(0o755)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    counts = Counter(unit.level for unit in unit_register(load_locality(folder)).on(answers.reference_date))
    no_demo = _why_no_demo(folder)
    demo = no_demo is None and (folder / 'demo').exists()
    layers = sorted(made.layers)
    return NewLocality(folder=folder, crs=made.place.crs, units=counts, layers=layers, demo=demo, no_demo=no_demo)


def _why_no_demo(folder: Path) -> Text | None:
    """What keeps a demo from being drawn on the points; None where nothing does, or there are none."""
    units, crs = units_in_force(folder), load_locality(folder).place.crs
    try:
        if (folder / 'demo').exists():
            read_sites(folder, [unit for unit in units if unit.level == units[-1].level], crs)
    except NoOutline as error:
        return error.text
    return None


def _write(folder: Path, answers: Answers, rows: list[Row]) -> None:
    _write_yaml(folder / 'locality.yml', _place(answers, rows))
    if answers.agencies:
        _write_yaml(folder / 'agencies.yml', {name: _plain(agency) for name, agency in answers.agencies.items()})
    for layer in _unit_layers(answers):
        _write_yaml(folder / 'layers' / f'{layer["id"]}.yml', layer)
    census = [name for name in rows[0] if CENSUS.fullmatch(name)]
    _write_csv(folder / 'units' / 'units.csv', (*UNIT_COLUMNS, *census, 'decree'), rows)
    if all(row.get('lon') and row.get('lat') for row in _smallest(answers, rows)):
        _write_csv(folder / 'demo' / 'points.csv', ('code', 'lon', 'lat', 'area_km2'), _with_areas(answers, rows))


def _place(answers: Answers, rows: list[Row]) -> dict[str, Any]:
    """What `locality.yml` says."""
    crs = answers.crs or f'EPSG:{meridian_srid(answers.central_meridian_deg or 0)}'
    west, south, east, north = extent = answers.extent_wgs84 or _extent(answers, rows)
    _require_points_within(extent, answers, rows)
    said = _plain(answers)
    return {
        **{key: said[key] for key in ('id', 'title', 'unit_code')},
        'crs': crs,
        'served_crs': list(dict.fromkeys(['EPSG:4326', 'OGC:CRS84', 'EPSG:3857', *_grids(answers), crs])),
        'extent_wgs84': [west, south, east, north],
        'centre_wgs84': [round((west + east) / 2, 3), round((south + north) / 2, 3)],
        'zoom': int(np.log2(360 / max(east - west, north - south))) + 1,
        **{
            key: said[key]
            for key in ('reference_date', 'sea_bearing_deg', 'time_zone', 'library', 'languages', 'contact')
            if said.get(key) is not None
        },
        'levels': {name: _plain(level) for name, level in _levels(answers).items()},
        'kept_results': {'agency': 'operations_centre', 'theme': 'planning'},
        'attribution': said.get('attribution') or {**said['title']},
    }


def _grids(answers: Answers) -> list[str]:
    """The UTM zone of VN-2000 that a province of Vietnam lies in, where older data are."""
    if answers.central_meridian_deg is None:
        return []
    return ['EPSG:3405' if answers.central_meridian_deg < UTM_49_FROM_DEG else 'EPSG:3406']


def _levels(answers: Answers) -> dict[str, Level]:
    """The levels; one below the whole is shown by a layer called like it: `districts` for `district`."""
    return {
        name: level.model_copy(update={'layer': level.layer or (None if number == 0 else f'{name}s')})
        for number, (name, level) in enumerate(answers.levels.items())
    }


def _unit_layers(answers: Answers) -> list[dict[str, Any]]:
    """Layer files of the levels, made from the library's of communes; none where that one will do."""
    levels = [(name, level) for name, level in _levels(answers).items() if level.layer]
    if [name for name, _ in levels] == [COMMUNE]:
        return []
    above = [None, *levels]
    return [_unit_layer(name, level, above[number]) for number, (name, level) in enumerate(levels)]


def _unit_layer(name: str, level: Level, above: tuple[str, Level] | None) -> dict[str, Any]:
    file: dict[str, Any] = yaml.safe_load((LIBRARY / 'layers' / 'communes.yml').read_text(encoding='utf-8'))
    file['id'] = level.layer
    file['title'] = {'vi': f'Đơn vị hành chính {level.title.vi}', 'en': f'Units: {level.title.en}'}
    file['description'] = {
        'vi': f'Ranh giới đơn vị hành chính {level.title.vi}, có thời hạn hiệu lực.',
        'en': f'Boundaries of units of the level {level.title.en}, with their period of validity.',
    }
    if name != COMMUNE:
        file['columns'] |= _columns_of(name, level, file['columns'])
    parent = file['columns']['parent_code'] | {'title': {'vi': 'Mã đơn vị cấp trên', 'en': 'Code of the unit above'}}
    if above:
        parent |= {'unit_layer': above[1].layer, 'from': [f'{above[0]}_code', code_column(above[0])]}
    file['columns']['parent_code'] = parent
    file['register']['where'] = {'level': name}
    file['publish']['style'] = 'smaller_units' if above else 'largest_units'
    return file


def _columns_of(name: str, level: Level, columns: dict[str, Any]) -> dict[str, Any]:
    """Code and name of the units of a level, under the names that agencies give them: `MA_HUYEN`, `TEN_HUYEN`."""
    code = code_column(name)
    title = {'vi': f'Mã đơn vị {level.title.vi}', 'en': f'Code of the {level.title.en}'}
    return {
        'code': columns['code'] | {'from': [f'{name}_code', code, 'ma'], 'title': title},
        'name': columns['name'] | {'from': [code.replace('MA_', 'TEN_'), 'ten']},
    }


def _unit_rows(file: Path, answers: Answers) -> list[Row]:
    """The rows of the list of units, what may be left out filled in; raises BadUnitsFile that names file and line."""
    if not file.is_file():
        raise BadUnitsFile(
            vi=f'Không có tệp {file}. Khóa units trong tệp trả lời chỉ đến danh sách đơn vị (CSV hoặc Excel).',
            en=f'There is no file {file}. The key units of the answers names the list of units, a CSV or a workbook.',
        )
    listed_rows = read_unit_list(file)
    codes = parent_codes([row for _, row in listed_rows], answers.title, answers.unit_code)
    filled_rows = [_filled(row, number, file, answers, codes) for number, row in listed_rows]
    if not _smallest(answers, filled_rows):
        smallest = [*answers.levels][-1]
        raise bad_units(file, f'không có đơn vị nào của cấp "{smallest}"', f'no unit is of the level "{smallest}"')
    _require_units_of_the_day(file, answers, filled_rows)
    return filled_rows


def _require_units_of_the_day(file: Path, answers: Answers, rows: list[Row]) -> None:
    day = answers.reference_date.isoformat()
    if not any(row['valid_from'] <= day < (row.get('valid_to') or '9') for row in _smallest(answers, rows)):
        raise bad_units(
            file,
            f'không đơn vị nào có hiệu lực ngày {day}; sửa reference_date hoặc units_valid_from trong tệp trả lời',
            f'no unit is in force on {day}; change reference_date or units_valid_from in the answers',
        )


def _filled(row: Row, number: int, file: Path, answers: Answers, codes: dict[str, str]) -> Row:
    """The row with what it leaves out; codes: of units that it may name in place of their code."""
    if not (row['code'] and row['name']):
        raise bad_units(file, f'hàng {number} thiếu code hoặc name', f'row {number} lacks code or name')
    titles = {name: level.title.vi for name, level in answers.levels.items()}
    level = level_of_word(row['level'], titles) if row.get('level') else [*answers.levels][-1]
    if level not in answers.levels:
        names = ', '.join(answers.levels)
        raise bad_units(
            file,
            f'hàng {number}: không có cấp "{level}" trong levels ({names})',
            f'row {number}: levels has no "{level}" ({names})',
        )
    defaults = {'parent_code': answers.unit_code, 'valid_from': answers.units_valid_from.isoformat()}
    filled = row | {name: row.get(name) or value for name, value in defaults.items()} | {'level': level}
    return filled | {'parent_code': codes.get(search_key(filled['parent_code']), filled['parent_code'])}


def _smallest(answers: Answers, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row['level'] == [*answers.levels][-1]]


def _points(answers: Answers, rows: list[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Longitude and latitude of the smallest units that have both, shape (n, 2)."""
    placed = [row for row in _smallest(answers, rows) if row.get('lon') and row.get('lat')]
    return np.array([(float(row['lon']), float(row['lat'])) for row in placed]).reshape(-1, 2)


def _extent(answers: Answers, rows: list[Row]) -> tuple[float, float, float, float]:
    points = _points(answers, rows)
    if not len(points):
        raise bad_units(
            answers.units,
            'không có cột lon, lat; hãy thêm, hoặc cho extent_wgs84',
            'it has no lon and lat; add them, or give extent_wgs84',
        )
    west, south = (points.min(axis=0) - MARGIN_DEG).round(2)
    east, north = (points.max(axis=0) + MARGIN_DEG).round(2)
    return float(west), float(south), float(east), float(north)


def _require_points_within(extent: tuple[float, float, float, float], answers: Answers, rows: list[Row]) -> None:
    points = _points(answers, rows)
    if not ((points >= extent[:2]) & (points <= extent[2:])).all():
        raise bad_units(
            answers.units,
            'có điểm nằm ngoài extent_wgs84; sửa điểm hoặc bỏ khóa này',
            'there are points outside extent_wgs84; correct them, or leave that key out',
        )


def _with_areas(answers: Answers, rows: list[Row]) -> list[Row]:
    """The smallest units; one without an area gets an even share of the rectangle around all."""
    points, units = _points(answers, rows), _smallest(answers, rows)
    width, height = np.ptp(points, axis=0) * KM_PER_DEGREE * np.array([np.cos(np.radians(points[:, 1].mean())), 1])
    share_km2 = max(width * height / len(units), LEAST_AREA_KM2)
    return [row | {'area_km2': f'{float(row.get("area_km2") or 0) or share_km2:.2f}'} for row in units]


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode='json', exclude_none=True)


def _write_yaml(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)
    file.write_text(text, encoding='utf-8')


def _write_csv(file: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open('w', encoding='utf-8', newline='') as lines:
        writer = csv.DictWriter(lines, columns, restval='', extrasaction='ignore', lineterminator='\n')
        writer.writeheader()
        writer.writerows(rows)
