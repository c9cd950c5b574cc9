"""Templates: what is written, filled in by other programs and sent back is what was meant, and is known again."""

import html
import io
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.text import LANGUAGES, Lang, steward_advice
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.report.model import Report
from etl.template.content import NothingToFill, template_of
from etl.template.formats import FORMATS
from etl.template.mark import Mark, OtherTemplate, find_mark, version_of
from tests.matrix import combinations
from tests.present import present

EAST, NORTH = 570_000.0, 2_240_000.0
SCHOOLS = (
    'code;name;level;places;E;N\n1;Trường Một;primary;300;570000;2240000\n2;Trường Hai;high;;571000.1234;2241000.5678\n'
)


@pytest.fixture
def schools(database: dict[str, str], locality: Locality, tmp_path: Path) -> Locality:
    """Two schools, released: one of 300 places, one of which nobody says how many it has."""
    file = tmp_path / 'first.csv'
    file.write_text(SCHOOLS, encoding='utf-8')
    assert deliver(file, DeliveryOptions(layer='schools', crs='EPSG:9209'), locality).verdict == 'accepted'
    return locality


@pytest.fixture
def written(schools: Locality, tmp_path: Path) -> Callable[..., Path]:
    """Writes the template of the schools in a form; its name is that of the form."""

    def write(form: str, lang: Lang = 'vi', *, degrees: bool = False, filled: bool = True) -> Path:
        with connection('reader_internal') as db:
            made = template_of(
                db, schools.layers['schools'], schools, 'internal', lang=lang, degrees=degrees, filled=filled
            )
        file = tmp_path / f'template.{form}'
        file.write_bytes(FORMATS[form].write(made))
        return file

    return write


def send(file: Path, locality: Locality, layer: str = 'schools') -> Report:
    return deliver(file, DeliveryOptions(layer=layer, dry_run=True), locality)


def saved_by_libreoffice(file: Path) -> Path:
    """The file as LibreOffice saves it again."""
    folder = file.parent / 'saved'
    command = ['soffice', '--headless', '--convert-to', file.suffix[1:], '--outdir', str(folder), str(file)]
    profile = f'-env:UserInstallation=file://{file.parent}/profile'
    subprocess.run([command[0], profile, *command[1:]], check=True, capture_output=True, timeout=180)
    return folder / file.name


@pytest.mark.parametrize('form', FORMATS)
@pytest.mark.parametrize('lang', LANGUAGES)
@pytest.mark.parametrize('degrees', [False, True])
def test_a_filled_template_sent_back_changes_nothing(
    written: Callable[..., Path], schools: Locality, form: str, lang: Lang, *, degrees: bool
) -> None:
    """Not a value and not a centimetre; the system of its coordinates is the one that it says."""
    report = send(written(form, lang, degrees=degrees), schools)
    assert report.verdict == 'accepted', report.notes
    assert (report.rows.read, report.rows.by_code) == (2, {})
    assert report.crs.decided == ('EPSG:4326' if degrees else 'EPSG:9209')
    diff = present(report.diff)
    assert (diff.added, diff.changed, diff.closed, diff.unchanged) == (0, 0, 0, 2)


@pytest.mark.parametrize(('moved_m', 'changed'), [(0.0, 0), (0.008, 0), (0.03, 1)])
def test_a_place_is_the_one_that_is_served_within_the_rounding_of_the_template(
    written: Callable[..., Path], schools: Locality, moved_m: float, changed: int
) -> None:
    file = written('csv')
    text = file.read_text(encoding='utf-8-sig')
    assert '570000.0' in text
    file.write_text(text.replace('570000.0', f'{EAST + moved_m}', 1), encoding='utf-8-sig')
    report = send(file, schools)
    assert report.diff is not None, (report.notes, report.rows)
    assert report.diff.changed == changed


def test_a_corner_moved_inside_the_outline_is_a_change(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """The box of the park stays as it was, and so does the number of its corners."""
    file = tmp_path / 'parks.csv'
    park = 'POLYGON ((570000 2240000, 570100 2240000, 570100 2240100, 570050 2240050, 570000 2240100, 570000 2240000))'
    file.write_text(f'code;name;kind;WKT\n1;Công viên;park;{park}\n', encoding='utf-8')
    assert deliver(file, DeliveryOptions(layer='parks', crs='EPSG:9209'), locality).verdict == 'accepted'
    with connection('reader_internal') as db:
        made = template_of(db, locality.layers['parks'], locality, 'internal', lang='en', degrees=False, filled=True)
    text = FORMATS['csv'].write(made).decode('utf-8-sig')
    for corner, changed in (('570050 2240050', 0), ('570050 2240050.05', 1)):
        file.write_text(text.replace('570050 2240050', corner), encoding='utf-8-sig')
        assert present(send(file, locality, 'parks').diff).changed == changed


@pytest.mark.skipif(shutil.which('soffice') is None, reason='LibreOffice is not installed')
def test_a_workbook_saved_by_another_program_is_the_same_template(
    written: Callable[..., Path], schools: Locality
) -> None:
    report = send(saved_by_libreoffice(written('xlsx')), schools)
    assert present(report.diff).unchanged == 2
    assert report.crs.declared == 'EPSG:9209'


def test_the_workbook_checks_what_is_typed_in(written: Callable[..., Path]) -> None:
    """A list of the four levels, whole numbers of 0 to 10,000, a code that comes once, places within the locality."""
    book = openpyxl.load_workbook(written('xlsx', filled=False))
    data, lists = book['Dữ liệu'], book['Danh mục']
    assert [cell.value for cell in data[3]] == [
        'Mã trường', 'Tên', 'Cấp học', 'Số chỗ học (chỗ)', 'E (m)', 'N (m)',
    ]  # fmt: skip
    rules = {str(rule.sqref).split(':')[0]: rule for rule in data.data_validations.dataValidation}
    assert rules['C4'].type == 'list'
    assert rules['C4'].formula1 == "'Danh mục'!$A$2:$A$5"
    levels = [lists.cell(row, 1).value for row in range(2, 6)]
    assert levels == ['Mầm non', 'Tiểu học', 'Trung học cơ sở', 'Trung học phổ thông']
    assert (rules['D4'].type, rules['D4'].formula1, rules['D4'].formula2) == ('whole', '0.0', '10000.0')
    assert 'COUNTIF($A$4:$A$5003,A4)=1' in rules['A4'].formula1
    assert float(rules['E4'].formula1) < EAST < float(rules['E4'].formula2)
    assert float(rules['F4'].formula1) < NORTH < float(rules['F4'].formula2)
    guide = [cell.value for row in book['Hướng dẫn'].iter_rows() for cell in row if cell.value]
    assert 'EPSG:9209' in guide
    assert 'số nguyên 0–10000 chỗ' in guide


def test_what_is_forced_past_the_workbooks_checks_is_caught_at_the_desk(
    written: Callable[..., Path], schools: Locality
) -> None:
    file = written('xlsx')
    book = openpyxl.load_workbook(file)
    sheet = book['Dữ liệu']
    sheet['C4'], sheet['D5'] = 'Đại học', 20_000
    book.save(file)
    report = send(file, schools)
    assert report.rows.by_code == {'domain': 1, 'range': 1}
    assert report.verdict == 'returned'


def test_a_row_typed_into_an_empty_template_is_read_without_a_question(
    written: Callable[..., Path], schools: Locality
) -> None:
    file = written('xlsx', degrees=True, filled=False)
    book = openpyxl.load_workbook(file)
    book['Dữ liệu'].append(['007', 'Trường Ba', 'Tiểu học', 120, 106.17, 20.25])
    book.save(file)
    report = deliver(file, DeliveryOptions(layer='schools', mode='upsert'), schools)
    assert (report.verdict, present(report.diff).added) == ('accepted', 1)
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute("select name, level, places, ST_AsText(geom_wgs84, 5) from layer.schools where code = '007'")
        assert cursor.fetchall() == [('Trường Ba', 'primary', 120, 'POINT(106.17 20.25)')]


@pytest.mark.parametrize('form', FORMATS)
def test_a_template_of_another_layer_is_refused_by_its_name(
    written: Callable[..., Path], schools: Locality, form: str
) -> None:
    with pytest.raises(OtherTemplate, match='template of schools'):
        send(written(form), schools, 'markets')


@pytest.mark.parametrize('form', FORMATS)
def test_a_layer_that_has_changed_since_is_told_with_where_a_new_template_is(
    written: Callable[..., Path], schools: Locality, form: str
) -> None:
    layer = schools.layers['schools']
    places = layer.columns['places'].model_copy(update={'max': 20_000.0})
    changed = layer.model_copy(update={'columns': layer.columns | {'places': places}})
    assert version_of(changed) != version_of(layer)
    report = send(written(form), replace(schools, layers=schools.layers | {'schools': changed}))
    assert report.verdict == 'accepted'
    (note,) = [note for note in report.notes if '/api/collections/schools/template' in note.en]
    assert 'dothi template schools' in present(steward_advice(note)).en
    assert not any('/template' in note.en for note in send(written(form), schools).notes)


@pytest.mark.parametrize(
    ('text', 'mark'),
    [
        ('dothi:schools:0123abcd:EPSG:9209', Mark('schools', '0123abcd', 'EPSG:9209')),
        ('dothi:schools:0123abcd:EPSG:9209:nam_dinh', Mark('schools', '0123abcd', 'EPSG:9209', 'nam_dinh')),
        ('  dothi:schools:0123abcd:EPSG:9209 ', Mark('schools', '0123abcd', 'EPSG:9209')),
        ('dothi:schools:0123abcd:EPSG:9209,,,', Mark('schools', '0123abcd', 'EPSG:9209')),
        ('dothi:schools:0123abcd:EPSG:9209;drop', None),
        ('dothi:../etc:0123abcd:EPSG:9209', None),
        ('dothi:schools:0123abcd:+proj=longlat', None),
        ('Trường', None),
    ],
)
def test_only_a_whole_mark_is_one(text: str, mark: Mark | None) -> None:
    assert find_mark([['', text], ['x']]) == mark


def test_the_geopackage_has_a_form_with_lists_ranges_and_what_must_be_there(written: Callable[..., Path]) -> None:
    with sqlite3.connect(written('gpkg')) as file:
        ((form,),) = file.execute("select styleQML from layer_styles where f_table_name = 'schools' and useAsDefault")
        titles = dict(file.execute("select column_name, title from gpkg_data_columns where table_name = 'schools'"))
        codes = [code for (code,) in file.execute('select value from gpkg_data_column_constraints order by rowid')]
    assert titles['places'] == 'Số chỗ học (chỗ)'
    assert codes == ['kindergarten', 'primary', 'secondary', 'high']
    assert 'value="primary"' in form
    assert '"places" >= 0 and "places" <= 10000' in html.unescape(form)


def test_rows_are_not_put_in_where_there_are_none_or_too_many(database: dict[str, str], locality: Locality) -> None:
    with connection('reader_internal') as db, pytest.raises(NothingToFill) as empty:
        template_of(db, locality.layers['roads'], locality, 'internal', lang='vi', degrees=False, filled=True)
    assert 'has no data' in empty.value.text.en
    assert 'hàng' not in empty.value.text.vi


def test_whoever_wants_too_many_rows_hears_how_many_there_are(
    schools: Locality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('etl.template.content.MOST_ROWS', 1)
    with connection('reader_internal') as db, pytest.raises(NothingToFill) as many:
        template_of(db, schools.layers['schools'], schools, 'internal', lang='vi', degrees=False, filled=True)
    assert 'rows, and a template holds 1 at most' in many.value.text.en
    assert 'chưa có dữ liệu' not in many.value.text.vi


@pytest.mark.parametrize('form', FORMATS)
def test_a_template_of_another_locality_is_told(written: Callable[..., Path], schools: Locality, form: str) -> None:
    """Its rows may be right there, as those of Nam Định are in Ninh Bình: it is no reason to refuse them."""
    elsewhere = replace(schools, place=schools.place.model_copy(update={'id': 'ninh_binh'}))
    report = send(written(form), elsewhere)
    (note,) = [note for note in report.notes if 'nam_dinh' in note.en]
    assert 'ninh_binh' in note.vi
    assert not any('made for the locality' in note.en for note in send(written(form), schools).notes)


def test_every_layer_has_a_template_in_every_form_and_language(database: dict[str, str], locality: Locality) -> None:
    """An empty one, with a header for each column that its reader may see and for the place."""
    layers = [*locality.layers_for('public').values()]
    with connection('reader_public') as db:
        for layer, lang, form in combinations(layers, LANGUAGES, [*FORMATS]):
            made = template_of(db, layer, locality, 'public', lang=lang, degrees=False, filled=False)
            content = FORMATS[form].write(made)
            if form == 'xlsx':
                sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
                header = [cell.value for cell in next(iter(sheet.iter_rows(min_row=3, max_row=3)))]
                places = 2 if layer.geometry == 'Point' else 1
                assert len(header) == len(layer.columns_for('public')) + places, layer.id
            elif form == 'csv':
                assert content.decode('utf-8-sig').splitlines()[0] == made.mark
            else:
                assert content[:15] == b'SQLite format 3'


def test_moments_are_written_by_the_clock_that_the_layer_names(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """Midnight in Viet Nam is a moment with a time, and comes back as the same moment."""
    first = tmp_path / 'first.csv'
    first.write_text(
        'MA_TRAM;THOI_GIAN;PM25;E;N\nA;2024-08-24 00:00:00;18.5;570000;2240000\nA;2024-08-24 01:00;2;570000;2240000\n',
        encoding='utf-8',
    )
    options = DeliveryOptions(layer='air_observations', crs='EPSG:9209')
    assert deliver(first, options, locality).verdict == 'accepted'
    for form in FORMATS:
        with connection('reader_internal') as db:
            layer = locality.layers['air_observations']
            made = template_of(db, layer, locality, 'internal', lang='vi', degrees=False, filled=True)
        file = tmp_path / f'again.{form}'
        file.write_bytes(FORMATS[form].write(made))
        report = send(file, locality, 'air_observations')
        assert present(report.diff).unchanged == 2, (form, report.notes, report.rows)
    with sqlite3.connect(tmp_path / 'again.gpkg') as package:
        moments = package.execute('select distinct substr(observed_at, 11) from air_observations').fetchall()
    assert sorted(moments) == [('T17:00:00Z',), ('T18:00:00Z',)]
