"""The files that focal points hand in during their course: a workbook with bad rows, a MapInfo file with a question.

Each seat acts for the office of another district: then no delivery takes the place of a neighbour's.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import xlsxwriter
from numpy.typing import NDArray

from demo.drawing import Demo
from demo.units import Place
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.gdal import pyogrio
from dothi.core.settings import LOCALITIES

PROVINCE = LOCALITIES / 'nam_dinh'
HEADER = ('Mã trường', 'Tên', 'Cấp học', 'Số chỗ học', 'Kinh độ', 'Vĩ độ')
SCHOOLS = 20
# What a hurried person types in place of a value, by row as Excel counts them and by column: 160.2 for 106.2.
FAULTS: dict[tuple[int, str], Callable[[Any], object]] = {
    (5, 'Cấp học'): lambda _: 'Trường làng',
    (9, 'Số chỗ học'): lambda places: places * 100,
    (14, 'Kinh độ'): lambda lon: lon + 54,
}
# The surveyor's system; the MapInfo file does not say it.
SURVEYED_IN = 3405
STOPS = 4

type Points = NDArray[np.floating]


def write_exercise_files(folder: Path) -> list[Path]:
    """The files of each district, in a folder that is named by its code."""
    demo = Demo(PROVINCE, buildings=0, seed=1)
    files: list[Path] = []
    for district in demo.province.regions:
        own = folder / district.unit.code
        own.mkdir(parents=True, exist_ok=True)
        places = places_in(district, demo.province.communes)
        files += [
            write_workbook(own / 'truong_hoc.xlsx', district.unit.code, moved(places, demo.srid, WGS84), FAULTS),
            write_workbook(own / 'truong_hoc_da_sua.xlsx', district.unit.code, moved(places, demo.srid, WGS84), {}),
            write_mapinfo(own / 'diem_dung' / 'diem_dung.tab', district, moved(places, demo.srid, SURVEYED_IN)),
        ]
    return files


def places_in(district: Place, communes: list[Place]) -> Points:
    """Points of the district, shape (SCHOOLS, 2): around the centres of its communes, all of them well inside."""
    own = [commune for commune in communes if commune.region == district.unit.code]
    turns, which = np.divmod(np.arange(SCHOOLS), len(own))
    places: Points = np.array([commune.centre for commune in own])[which] + np.column_stack(
        [40 * turns, 25 + 0 * turns]
    )
    if not shapely.contains_xy(district.polygon, *places.T).all():
        raise ValueError(f'{district.unit.code}: a place lies outside of its district')
    return places


def moved(places: Points, from_srid: int, to_srid: int) -> Points:
    """The same places in another system."""
    there: Points = np.column_stack(transformer(proj_string(from_srid), proj_string(to_srid)).transform(*places.T))
    return there


def write_workbook(
    path: Path, district_code: str, places: Points, faults: dict[tuple[int, str], Callable[[Any], object]]
) -> Path:
    """An Excel table of new primary schools. faults: what becomes of a value, by row of Excel and column."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet('Trường học')
        sheet.write_row(0, 0, HEADER, book.add_format({'bold': True}))
        sheet.set_column(0, len(HEADER) - 1, 16)
        for number, (lon, lat) in enumerate(places, 1):
            code, name = f'{district_code}-DT-{number:02}', f'Tiểu học Đào tạo {number}'
            row = dict(zip(HEADER, (code, name, 'Tiểu học', 300 + number, round(lon, 7), round(lat, 7)), strict=True))
            spoilt = [faults.get((number + 1, column), unchanged)(value) for column, value in row.items()]
            sheet.write_row(number, 0, spoilt)
    return path


def unchanged(value: Any) -> object:
    """The value."""
    return value


def write_mapinfo(path: Path, district: Place, places: Points) -> Path:
    """New bus stops as a MapInfo table, in several files, that says no coordinate system."""
    path.parent.mkdir(exist_ok=True)
    codes = [f'{district.unit.code}-BX-{number}' for number in range(1, STOPS + 1)]
    names = [f'Điểm dừng {number}, {district.unit.name}' for number in range(1, STOPS + 1)]
    columns = {'MA_DIEM': codes, 'TEN_DIEM': names}
    with warnings.catch_warnings():
        # that no system is written is the exercise
        warnings.filterwarnings('ignore', message="'crs' was not provided")
        pyogrio.raw.write(
            str(path),
            shapely.to_wkb(shapely.points(places[:STOPS])),
            [np.array(values, dtype=object) for values in columns.values()],
            np.array(list(columns), dtype=object),
            driver='MapInfo File',
            geometry_type='Point',
            crs=None,
            encoding=None,
            layer_options={'ENCODING': 'UTF-8', 'BOUNDS': '500000,2100000,700000,2300000'},
        )
    return path
