"""`dothi new-locality`: a whole folder from answers and a list of units, or nothing and the reason."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from demo.drawing import Demo
from dothi.cli.new_locality import command_to_start
from dothi.core.errors import DothiError
from dothi.core.locality import load_locality
from dothi.core.locality_file import parse_file
from dothi.core.settings import PROJECT
from dothi.core.unit_register import layer_of, unit_register
from dothi.local.answers import Answers
from dothi.local.new_locality import EXAMPLE, NewLocality, make_locality
from tests.cli.test_cli import document, dothi
from tests.docs.page_code import write_files

PAGE = PROJECT / 'docs' / 'how-to' / 'new-locality.md'
THREE_LEVELS = {
    'province': {'title': {'vi': 'cấp tỉnh', 'en': 'province'}},
    'district': {'title': {'vi': 'cấp huyện', 'en': 'district'}},
    'commune': {'title': {'vi': 'cấp xã', 'en': 'commune'}},
}


@pytest.fixture
def answered(tmp_path: Path) -> Callable[..., Path]:
    """Writes the files of the guide, with other answers and another list of units where a test gives them."""

    def write(listed: str | None = None, **changes: Any) -> Path:
        write_files(PAGE, tmp_path)
        file = tmp_path / 'answers.yml'
        answers = yaml.safe_load(file.read_text(encoding='utf-8')) | changes
        answers = {key: value for key, value in answers.items() if value is not None}
        file.write_text(yaml.safe_dump(answers, allow_unicode=True, sort_keys=False), encoding='utf-8')
        if listed is not None:
            (tmp_path / 'units.csv').write_text(listed, encoding='utf-8')
        return file

    return write


def test_the_guides_answers_make_a_locality_that_is_whole(answered: Callable[..., Path], tmp_path: Path) -> None:
    made = make_locality(tmp_path / 'ven_song', answered())
    place = load_locality(made.folder)
    assert place.broken == {}
    assert made.units == {'commune': 12}
    assert made.layers == sorted(place.layers)
    # the meridian 105°30′; the points lie in 106.02..106.21, 20.49..20.65, and a tenth of a degree is kept around them
    assert place.place.crs == 'EPSG:9209'
    assert place.place.extent_wgs84 == (105.92, 20.39, 106.31, 20.75)
    assert place.place.title.vi == 'Tỉnh Ven Sông'
    assert [unit.parent_code for unit in unit_register(place).versions] == ['97'] * 12
    assert made.demo
    assert len(Demo(made.folder, 200, seed=1).province.communes) == 12


def test_levels_in_between_get_layers_of_their_own(answered: Callable[..., Path], tmp_path: Path) -> None:
    units = 'code,name,level,parent_code\n901,Huyện Thượng,district,\n20001,Xã Một,commune,901\n'
    made = make_locality(
        tmp_path / 'place', answered(units, levels=THREE_LEVELS, extent_wgs84=[105.0, 20.0, 106.0, 21.0])
    )
    place = load_locality(made.folder)
    assert place.place.unit_layers == ['districts', 'communes']
    assert place.layers['communes'].columns['parent_code'].unit_layer == 'districts'
    assert place.layers['districts'].columns['parent_code'].unit_layer is None
    assert [layer_of(level, place) for level in ('district', 'commune')] == [
        place.layers['districts'],
        place.layers['communes'],
    ]
    assert [unit.parent_code for unit in unit_register(place).versions] == ['97', '901']
    assert not made.demo


def listed_rows(*cells: str, head: str = 'code,name,lon,lat') -> str:
    """A list of units in plain CSV."""
    return '\n'.join([head, *cells]) + '\n'


TWO_UNITS = listed_rows('00101,"Xã ""Ông, Bà""",106.02,20.62', '00102,Xã Hạ,106.08,20.64')
EXCEL_IN_VIETNAM = 'code;name;lon;lat\r\n00101;"Xã ""Ông, Bà""";106,02;20,62\r\n00102;Xã Hạ;106,08;20,64\r\n;;;\r\n'


@pytest.mark.parametrize(
    'saved',
    [
        pytest.param(TWO_UNITS.encode('utf-8-sig'), id='byte order mark'),
        pytest.param(TWO_UNITS.replace('\n', '\r\n').encode(), id='line ends of Windows'),
        pytest.param(TWO_UNITS.replace('\n', '\r').encode(), id='line ends of old Macs'),
        pytest.param(EXCEL_IN_VIETNAM.encode('utf-8-sig'), id='semicolons and decimal commas'),
        pytest.param(EXCEL_IN_VIETNAM.replace(';', '\t').encode('utf-16'), id='Unicode text of Excel'),
        pytest.param(unicodedata.normalize('NFD', TWO_UNITS).encode(), id='decomposed letters'),
        pytest.param(TWO_UNITS.replace('code,name', ' Code , NAME ').replace('Hạ', ' Hạ ').encode(), id='blanks'),
        pytest.param(TWO_UNITS.replace('\n', '\n\n').encode(), id='empty lines'),
    ],
)
def test_a_list_of_units_is_read_however_a_spreadsheet_saved_it(
    answered: Callable[..., Path], tmp_path: Path, saved: bytes
) -> None:
    file = answered()
    (tmp_path / 'units.csv').write_bytes(saved)
    made = make_locality(tmp_path / 'place', file)
    units = unit_register(load_locality(made.folder)).versions
    assert [(unit.code, unit.name) for unit in units] == [('00101', 'Xã "Ông, Bà"'), ('00102', 'Xã Hạ')]
    assert load_locality(made.folder).place.extent_wgs84 == (105.92, 20.52, 106.18, 20.74)


@pytest.mark.parametrize(
    ('points', 'reason'),
    [
        (lambda i: (106 + 0.05 * i, 20.5), 'nearly in a line'),
        (lambda i: (106 + 0.05 * i, 20.5 + 0.05 * i), 'nearly in a line'),
        (lambda i: (106.0, 20.5), 'less than 250 m apart'),
        (lambda i: (106 + 0.05 * (max(i, 1) % 4), 20 + 0.05 * (max(i, 1) // 4)), '20000, 20001 are less than 250 m'),
    ],
    ids=['along a parallel', 'slanting', 'all at one place', 'two at one place'],
)
def test_points_that_no_province_can_be_drawn_on_are_named_before_the_start(
    answered: Callable[..., Path], tmp_path: Path, points: Callable[[int], tuple[float, float]], reason: str
) -> None:
    units = listed_rows(
        *(f'{20000 + i},Xã {i},{lon:.3f},{lat:.3f}' for i, (lon, lat) in enumerate(map(points, range(16))))
    )
    made = make_locality(tmp_path / 'place', answered(units))
    assert made.units == {'commune': 16}
    assert not made.demo
    assert made.no_demo is not None
    assert reason in made.no_demo.en


def test_layers_of_levels_take_the_names_that_agencies_give_their_columns(
    answered: Callable[..., Path], tmp_path: Path
) -> None:
    units = 'code,name,level,parent_code\n901,Huyện Thượng,district,\n20001,Xã Một,commune,901\n'
    extent = [105.0, 20.0, 106.0, 21.0]
    made = make_locality(tmp_path / 'place', answered(units, levels=THREE_LEVELS, extent_wgs84=extent))
    layers = load_locality(made.folder).layers
    assert {'MA_HUYEN', 'district_code'} <= set(layers['districts'].columns['code'].sources)
    assert 'TEN_HUYEN' in layers['districts'].columns['name'].sources
    assert 'MA_XA' in layers['communes'].columns['code'].sources
    assert 'MA_HUYEN' in layers['communes'].columns['parent_code'].sources


def test_a_place_abroad_is_not_served_in_a_system_of_vietnam(answered: Callable[..., Path], tmp_path: Path) -> None:
    abroad = {'central_meridian_deg': None, 'crs': 'EPSG:32648', 'sea_bearing_deg': None}
    place = load_locality(make_locality(tmp_path / 'place', answered(**abroad)).folder).place
    assert place.served_crs == ['EPSG:4326', 'OGC:CRS84', 'EPSG:3857', 'EPSG:32648']


def test_only_chosen_layers_are_taken(answered: Callable[..., Path], tmp_path: Path) -> None:
    made = make_locality(tmp_path / 'place', answered(library=['communes', 'roads']))
    assert made.layers == ['communes', 'roads']


COMMUNE = {'title': {'vi': 'cấp xã', 'en': 'commune'}}
ROW = 'code,name,lon,lat\n20001,Xã Một,106.0,20.5\n'


@pytest.mark.parametrize(
    ('units', 'changes', 'message'),
    [
        (None, {'units': 'nowhere.csv'}, 'nowhere.csv'),
        ('code,lon\n1,2\n', {}, 'no column name'),
        ('', {}, 'no column code'),
        ('code,name,lon,lat\n,Xã Một,106,20\n', {}, 'row 2 lacks code or name'),
        ('code,name,level,lon,lat\n1,Xã Một,province,106,20\n', {}, 'no unit is of the level "commune"'),
        ('code,name,level,lon,lat\n1,Xã Một,hamlet,106,20\n', {}, 'row 2: levels has no "hamlet"'),
        ('code,name,parent_code,lon,lat\n1,Xã Một,444,106,20\n', {}, 'the unit 1 has the parent_code 444'),
        ('code,name\n1,Xã Một\n', {}, 'it has no lon and lat'),
        ('code,name,lon,lat\n1,Xã Một,east,20\n', {}, 'row 2, column lon: "east" must be a number in -180 … 180'),
        ('code,name,lon,lat\n1,Xã Một,nan,20\n', {}, 'row 2, column lon: "nan"'),
        ('code,name,lon,lat\n\n1,Xã Một,20.5,106\n', {}, 'row 3, column lat: "106"'),
        ('code,name,area_km2,lon,lat\n1,Xã Một,-3,106,20\n', {}, 'column area_km2: "-3"'),
        ('code,name,population_2019,lon,lat\n1,Xã Một,12.345,106,20\n', {}, 'row 2, column population_2019: "12.345"'),
        ('code,name,valid_from,lon,lat\n1,Xã Một,soon,106,20\n', {}, 'row 2, column valid_from: "soon"'),
        ('code,name,valid_from,valid_to,lon,lat\n1,Xã,2025-08-01,2025-07-01,106,20\n', {}, 'is not after valid_from'),
        ('code,name,lon,lat\n1,Xã Một, Hai,106,20\n', {}, 'row 2 has more cells'),
        ('code,name,lon,lat\n1,Xã \0,106,20\n', {}, 'NUL'),
        ('code,name,parent_code,lon,lat\n1,Xã,2,106,20\n2,Xã,1,106,20\n', {}, 'the unit 1 lies in itself'),
        (ROW, {'reference_date': '2020-01-01'}, 'no unit is in force on 2020-01-01'),
        (ROW, {'crs': 'EPSG:4326', 'central_meridian_deg': None}, 'does not measure in metres'),
        (ROW, {'crs': 'EPSG:3857', 'central_meridian_deg': None}, 'does not measure in metres'),
        (ROW, {'crs': 'EPSG:32633', 'central_meridian_deg': None}, 'the points lie around 106.0, 20.5'),
        (ROW, {'central_meridian_deg': 108.5}, 'the points lie around 106.0, 20.5'),
        (ROW, {'extent_wgs84': [10.0, 10.0, 11.0, 11.0]}, 'points outside extent_wgs84'),
        (ROW, {'sea_bearing_deg': 400}, 'must be less than 360'),
        (ROW, {'languages': ['fr']}, "must be 'vi' or 'en'"),
        (ROW, {'levels': {}}, 'levels run from large to small'),
        (ROW, {'levels': dict(reversed(THREE_LEVELS.items()))}, 'levels run from large to small'),
        (ROW, {'levels': {'province': COMMUNE, 'ward': COMMUNE}}, 'is of the level "commune", which levels lacks'),
        (ROW, {'levels': {'province': COMMUNE, 'commune': {**COMMUNE, 'urban': "nam = 'x'"}}}, 'Did you mean "name"?'),
        (f'{ROW}20001,Xã Hai,106.1,20.5\n', {}, 'names two units'),
        (ROW, {'central_meridian_deg': 105.6}, 'The nearest: 105.5'),
        (ROW, {'central_meridian_deg': None}, 'either crs or central_meridian_deg'),
        (ROW, {'central_meridian_deg': None, 'crs': 'EPSG:1'}, 'EPSG:1'),
        (ROW, {'titel': 'x'}, 'Did you mean "title"?'),
        (ROW, {'library': ['rods']}, 'Did you mean "roads"?'),
        (ROW, {'library': ['land_use']}, 'communes'),
        (ROW, {'time_zone': 'Asia/Nowhere'}, 'time zone'),
        (ROW, {'extent_wgs84': [106.0, 20.0, 105.0, 21.0]}, 'extent_wgs84'),
        (ROW, {'agencies': {'transport': {'title': {'vi': 'Sở', 'en': 'Office'}}}}, 'agencies.transport.focal_point'),
    ],
)
def test_what_is_wrong_is_named_and_no_folder_is_left(
    answered: Callable[..., Path], tmp_path: Path, units: str | None, changes: dict[str, Any], message: str
) -> None:
    file = answered(units, **changes)
    before = set(tmp_path.iterdir())
    with pytest.raises(DothiError) as caught:
        make_locality(tmp_path / 'place', file)
    assert message in caught.value.text.en
    assert caught.value.text.vi != caught.value.text.en
    assert set(tmp_path.iterdir()) == before


def test_a_folder_with_something_in_it_is_left_alone(answered: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / 'place').mkdir()
    (tmp_path / 'place' / 'own.txt').write_text('mine', encoding='utf-8')
    with pytest.raises(DothiError, match='not empty'):
        make_locality(tmp_path / 'place', answered())
    assert [file.name for file in (tmp_path / 'place').iterdir()] == ['own.txt']


def test_the_example_of_answers_can_be_used_as_it_is(tmp_path: Path) -> None:
    shown = dothi('new-locality', '--example')
    assert shown.stdout == EXAMPLE.read_text(encoding='utf-8')
    (tmp_path / 'answers.yml').write_text(shown.stdout, encoding='utf-8')
    assert parse_file(Answers, tmp_path / 'answers.yml').id == 'my_province'
    # every key that stands there as a comment is one that may be used
    lines = [line.removeprefix('# ') for line in shown.stdout.splitlines()]
    keys = [line.partition(':')[0] for line in lines if line.partition(':')[0] in Answers.model_fields]
    assert {'levels', 'library', 'attribution', 'reference_date', 'sea_bearing_deg'} <= set(keys)


def test_without_answers_and_without_anybody_to_ask_it_says_what_to_give(tmp_path: Path) -> None:
    done = dothi('new-locality', str(tmp_path / 'place'), '--lang', 'en')
    assert done.returncode == 2
    assert '--from FILE' in done.stderr
    assert not (tmp_path / 'place').exists()


def test_the_line_to_start_it_is_one_that_works_without_a_checkout_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('DOTHI_STATE', 'DOTHI_PORT', 'DOTHI_PUBLIC_PORT'):
        monkeypatch.delenv(name, raising=False)
    made = NewLocality(folder=tmp_path / 'x', crs='EPSG:9209', units={'commune': 12}, layers=['communes'], demo=True)
    where = f'DOTHI_STATE=/srv/x DOTHI_LOCALITY={tmp_path}/x'
    assert command_to_start(made, has_makefile=True) == f'make up PORT=5100 {where} DEMO=small'
    assert command_to_start(made, has_makefile=False) == f'DOTHI_PORT=5100 {where} dothi up --demo small'


def test_the_line_to_start_it_takes_state_folder_and_ports_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = NewLocality(folder=tmp_path / 'x', crs='EPSG:9209', units={'commune': 12}, layers=['communes'], demo=True)
    monkeypatch.setenv('DOTHI_STATE', '/data/mine')
    monkeypatch.setenv('DOTHI_PORT', '6001')
    monkeypatch.setenv('DOTHI_PUBLIC_PORT', '6002')
    where = f'DOTHI_STATE=/data/mine DOTHI_LOCALITY={tmp_path}/x'
    assert command_to_start(made, has_makefile=True) == f'make up PORT=6001 PUBLIC_PORT=6002 {where} DEMO=small'
    started = command_to_start(made, has_makefile=False)
    assert started == f'DOTHI_PORT=6001 DOTHI_PUBLIC_PORT=6002 {where} dothi up --demo small'


VIETNAMESE = [
    ['DANH SÁCH ĐƠN VỊ HÀNH CHÍNH'],
    [],
    ['STT', 'Mã', 'Tên', 'Cấp', 'Thuộc', 'Hiệu lực từ', 'Dân số 2019', 'Diện tích (km²)', 'Kinh độ', 'Vĩ độ'],
    ['1', '901', 'Huyện Thượng', 'Huyện', 'Tỉnh Ven Sông', '01/07/2025', '', '', '', ''],
    ['2', '20001', 'Xã Một', 'Xã', 'Huyện Thượng', '01/07/2025', '5000', '12,5', '106,02', '20,62'],
    ['3', '20002', 'Thị trấn Hai', 'Thị trấn', '901', '2025-07-01', '6000', '', '106,08', '20,64'],
]


def save_xlsx(file: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in VIETNAMESE:
        sheet.append(row)
    book.save(file)


def save_csv(file: Path) -> None:
    file.write_text('\n'.join(';'.join(row) for row in VIETNAMESE), encoding='utf-8-sig')


@pytest.mark.parametrize('save', [save_xlsx, save_csv], ids=['xlsx', 'csv'])
def test_a_list_in_vietnamese_is_read_from_a_workbook_or_a_table(
    answered: Callable[..., Path], tmp_path: Path, save: Callable[[Path], None]
) -> None:
    """Its title stands above the header, levels are words, and the unit above is named or coded."""
    name = f'units.{save.__name__.removeprefix("save_")}'
    file = answered(units=name, levels=THREE_LEVELS)
    save(tmp_path / name)
    place = load_locality(make_locality(tmp_path / 'place', file).folder)
    units = {unit.code: unit for unit in unit_register(place).versions}
    assert {code: (unit.level, unit.parent_code) for code, unit in units.items()} == {
        '901': ('district', '97'),
        '20001': ('commune', '901'),
        '20002': ('commune', '901'),
    }
    assert units['20001'].population == 5000
    assert str(units['20002'].valid_from) == '2025-07-01'
    assert (tmp_path / 'place' / 'demo' / 'points.csv').read_text(encoding='utf-8').splitlines()[1] == (
        '20001,106.02,20.62,12.50'
    )


def test_headers_that_mean_nothing_are_shown_with_names_that_do(answered: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(DothiError) as caught:
        make_locality(tmp_path / 'place', answered('Ký hiệu,Tên xã,Ghi chú\n1,Xã Một,\n'))
    assert 'thiếu cột code (tên cột có thể là: code, ma, ' in caught.value.text.vi
    assert 'the file has: Ký hiệu, Tên xã, Ghi chú' in caught.value.text.en


def test_a_wrong_cell_of_a_workbook_is_named_by_the_row_that_excel_shows(
    answered: Callable[..., Path], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, cells in {
        3: ('Mã', 'Tên', 'Kinh độ', 'Vĩ độ'),
        4: ('1', 'Xã', 106, 20),
        9: ('2', 'Xã', 'east', 20),
    }.items():
        for column, cell in enumerate(cells, start=1):
            sheet.cell(row, column, cell)
    file = answered(units='units.xlsx')
    book.save(tmp_path / 'units.xlsx')
    with pytest.raises(DothiError, match='row 9, column lon: "east"'):
        make_locality(tmp_path / 'place', file)


@pytest.mark.parametrize('written', ['105,5', "105°30'", '105° 30′', '105 30', '105-30', '105.5', '105º30’00"'])
def test_a_meridian_is_read_as_surveyors_write_it(answered: Callable[..., Path], tmp_path: Path, written: str) -> None:
    made = make_locality(tmp_path / 'place', answered(central_meridian_deg=written))
    assert made.crs == 'EPSG:9209'


def test_what_is_no_meridian_is_refused(answered: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(DothiError, match='central_meridian_deg'):
        make_locality(tmp_path / 'place', answered(central_meridian_deg='105°70′'))


def test_without_a_system_the_meridian_that_epsg_has_for_the_province_is_named(
    answered: Callable[..., Path], tmp_path: Path
) -> None:
    title = {'vi': 'Tỉnh Nam Định', 'en': 'Nam Dinh province'}
    with pytest.raises(DothiError) as caught:
        make_locality(tmp_path / 'place', answered(central_meridian_deg=None, title=title))
    assert 'central_meridian_deg: 105.5' in caught.value.text.vi
    assert 'before July 2025' in caught.value.text.en


def test_the_table_of_meridians_says_where_it_is_from() -> None:
    shown = document(dothi('new-locality', '--meridians', '--json'))
    by_srid = {zone['srid']: zone for zone in shown['zones']}
    assert by_srid[9206] == {'degrees': 104.0, 'srid': 9206, 'provinces': ['Son La']}
    assert by_srid[5897]['provinces'] == []
    assert len(by_srid) == 18
    assert 'EPSG' in dothi('new-locality', '--meridians', '--lang', 'en').stdout.splitlines()[-1]


def test_the_command_says_what_was_made_and_how_to_look_at_it(answered: Callable[..., Path], tmp_path: Path) -> None:
    done = dothi('new-locality', str(tmp_path / 'place'), '--from', str(answered()), '--json')
    assert document(done)['units'] == {'commune': 12}
    assert document(done)['crs'] == 'EPSG:9209'
    again = dothi('new-locality', str(tmp_path / 'other'), '--from', str(tmp_path / 'answers.yml'), '--lang', 'en')
    assert 'commune: 12' in again.stdout
    assert 'EPSG:9209 VN-2000 / TM-3 105-30' in again.stdout
    assert f'DOTHI_LOCALITY={tmp_path / "other"} DEMO=small' in again.stdout
