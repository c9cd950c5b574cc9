"""The faults in the demo's files: they are really there, and the desk finds them."""

import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from demo import faults
from demo.faults import in_tcvn3, surveyors_table, thinned, with_bad_rows
from demo.files import Table
from demo.sent import DemoFile
from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.desk.decide import waiting


@pytest.fixture
def table() -> Table:
    """Twelve points in a row, 100 m apart."""
    points = shapely.points([(570_000.5 + 100 * i, 2_240_000.25) for i in range(12)])
    return Table(np.asarray(points), {'TEN': np.array([f'Đường {i}' for i in range(12)], dtype=object)}, 9209)


def test_a_surveyors_x_is_the_northing_with_a_decimal_comma(table: Table) -> None:
    """The first point lies 570,000.50 east and 2,240,000.25 north."""
    written = surveyors_table(table).columns
    assert (written['X'][0], written['Y'][0]) == ('2240000,25', '570000,50')


def test_bad_rows_are_one_twice_one_nowhere_and_one_unknown(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirteen rows of twelve: the last repeats the fourth, the sixth has no place, the eleventh a wrong value."""
    assert with_bad_rows(table, {'TEN': '?'}) is table, 'of a short list a few rows are too large a share'
    monkeypatch.setattr(faults, 'FEWEST_ROWS', 12)
    spoilt = with_bad_rows(table, {'TEN': '?'})
    assert len(spoilt.geometry) == 13
    assert spoilt.columns['TEN'][12] == spoilt.columns['TEN'][3]
    assert spoilt.geometry[5] is None
    assert spoilt.columns['TEN'][10] == '?'
    assert surveyors_table(spoilt).columns['X'][5] == ''
    assert table.geometry[5] is not None


def test_tcvn3_is_what_it_looks_like_as_latin_1(table: Table) -> None:
    """Đường has §, −, ê and plain letters in TCVN3; a capital that TCVN3 lacks becomes a small letter."""
    assert in_tcvn3(table).columns['TEN'][0] == '§\xad\xeang 0'.replace('\xea', 'ê')
    capital = Table(table.geometry[:1], {'TEN': np.array(['Ý Yên'], dtype=object)}, 9209)
    assert in_tcvn3(capital).columns['TEN'][0].encode('latin-1').decode('tcvn3') == 'ý Yên'


def test_every_fifth_row_is_lost(table: Table) -> None:
    """Of twelve rows the first, sixth and eleventh."""
    assert list(thinned(table, 5).columns['TEN']) == [f'Đường {i}' for i in (1, 2, 3, 4, 6, 7, 8, 9, 11)]


def test_the_cemeteries_come_without_a_word_on_their_encoding(file: dict[str, Path]) -> None:
    """No .cpg, and bytes that are not UTF-8."""
    with zipfile.ZipFile(file['cemeteries']) as archive:
        assert {name.rsplit('.')[-1] for name in archive.namelist()} == {'shp', 'shx', 'dbf', 'prj'}
        with pytest.raises(UnicodeDecodeError):
            archive.read('cemeteries.dbf')[100:].decode('utf-8')


def served(layer: str, column: str) -> list[str]:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(f'select {column} from layer.{layer} order by {column}')
        return [value for (value,) in cursor.fetchall()]


def test_the_desk_repairs_what_it_can_and_two_deliveries_wait(
    readable_province: dict[str, str], demo_files: list[DemoFile], locality: Locality
) -> None:
    """Text is composed Vietnamese, bad rows stay out, and of all files the two that need a person wait for one."""
    names = [*served('cemeteries', 'name'), *served('parks', 'name')]
    assert any(name.startswith('Nghĩa trang nhân dân') for name in names)
    assert any(name.startswith('Vườn hoa') for name in names)
    assert all(unicodedata.is_normalized('NFC', name) for name in names)
    assert 220 < len(served('commune_offices', 'code')) < 226
    assert 'ND-BUS-M1' not in served('bus_stops', 'code')
    held = {record.file_name: record.held for record in waiting()}
    assert held == {'bus_stops_new.csv': ['crs'], 'markets_again.csv': ['loss']}


def test_the_offices_lie_in_their_communes_whichever_axis_came_first(readable_province: dict[str, str]) -> None:
    """Northing and easting were found out: each office is inside the commune whose code it carries."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """select count(*), count(*) filter (where st_contains(c.geom, o.geom))
               from layer.commune_offices o join layer.communes c on c.code = o.code and c.valid_from < '2024-08-31'"""
        )
        ((offices, inside),) = cursor.fetchall()
    assert offices == inside > 200
