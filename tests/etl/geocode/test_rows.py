"""Lists of an office with addresses and no coordinates: placed where it is sure, left to a person where it is not."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dothi.cli.addresses import PointsNotConfirmed
from dothi.cli.app import app
from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.errors import DataRefused
from dothi.core.locality import Locality
from etl.desk.decide import Decision, accept
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.placed_rows import NoSuchPlace, placed_rows
from etl.report.model import Report
from tests.etl.conftest import Agency
from tests.present import present

HEADER = ('Mã trường', 'Tên trường', 'Cấp học', 'Địa chỉ')
SURE = ('A', 'Trường A', 'primary', 'Số 12 đường Trần Hưng Đạo, phường Lộc Vượng')
DOUBTFUL = ('B', 'Trường B', 'primary', 'phố Lê Lợi')
ONLY_A_COMMUNE = ('C', 'Trường C', 'primary', 'xã Hải An')


def table(agency: Agency, *rows: Sequence[str], header: Sequence[str] = HEADER, encoding: str = 'utf-8') -> Path:
    """A CSV with these rows."""
    text = io.StringIO()
    csv.writer(text, delimiter=';').writerows([header, *rows])
    return agency.text('danh-sach.csv', text.getvalue(), encoding)


def send(file: Path, locality: Locality, **options: Any) -> Report:
    return deliver(file, DeliveryOptions(layer='schools', **{'mode': 'upsert', **options}), locality)


def places() -> dict[str, tuple[int, int]]:
    """By code, where schools of the served release are, in metres from the corner of the town."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select code, round(st_x(geom)), round(st_y(geom)) from layer.schools')
        return {code: (int(x - Agency.east), int(y - Agency.north)) for code, x, y in cursor.fetchall()}


def remembered() -> int:
    """How many corrections are kept."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select count(*) from catalog.address_correction')
        return int(present(cursor.fetchone())[0])


def test_a_list_of_addresses_is_placed_and_released(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    report = send(table(agency, SURE), locality)
    assert report.verdict == 'accepted'
    assert report.crs is not None
    assert report.crs.decided == 'EPSG:9209'
    assert places()['A'] == (300, 1_015)
    assert any('1 rows have no coordinates' in note.en and 'house: 1' in note.en for note in report.notes)
    assert not any('Địa chỉ' in note.vi and 'Bỏ qua' in note.vi for note in report.notes)


def test_rows_without_coordinates_are_placed_beside_those_with_them(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    """In the system of the file, which is UTM on VN-2000 and not the one that is worked in."""
    header = (*HEADER, 'E', 'N')
    with_place = ('D', 'Trường D', 'primary', 'không rõ', '601357.1', '2249262.4')
    report = send(table(agency, with_place, (*SURE, '', ''), header=header), locality, crs='EPSG:3405')
    assert report.verdict == 'accepted', report.rows
    placed = places()
    assert placed['A'] == (300, 1_015)
    assert 'D' in placed


def test_what_is_not_sure_waits_with_the_places_that_it_may_be(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    report = send(table(agency, SURE, DOUBTFUL, ONLY_A_COMMUNE), locality)
    assert (report.verdict, report.held) == ('undecided', ['places'])
    assert report.crs.origin.vi == 'đặt theo địa chỉ, tệp không có tọa độ', 'it declares no system'
    assert present(report.rows).by_code == {'place_unsure': 2}
    assert 'A' not in places()
    doubtful, commune = placed_rows(present(report.delivery))
    assert (doubtful.row_number, len(doubtful.places)) == (3, 2)
    assert [place.label for place in commune.places] == ['Xã Hải An']


def test_a_person_says_where_they_are_and_is_remembered(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    """The second Lê Lợi of the list, and a point of the map; the same school in the next list asks nobody."""
    number = present(send(table(agency, SURE, DOUBTFUL, ONLY_A_COMMUNE), locality).delivery)
    doubtful, _ = placed_rows(number)
    in_hai_an = next(i for i, place in enumerate(doubtful.places, 1) if 'Hải An' in place.label)
    said = Decision(by='desk', reason='Gọi hỏi trường', places={3: in_hai_an, 4: (106.25, 20.4)})
    assert accept(number, said, locality).verdict == 'accepted'
    assert set(places()) == {'A', 'B', 'C', 'T1'}
    assert places()['B'] == (10_500, 550)
    again = send(table(agency, ('B', 'Trường B mới', 'primary', 'PHO LE LOI')), locality)
    assert (again.verdict, places()['B']) == ('accepted', (10_500, 550))


def test_another_row_with_the_same_words_may_lie_elsewhere(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    """Of two schools in "xóm 5" one is said; the other one waits on, in this list and in the next."""
    rows = [(code, f'Trường {code}', 'primary', 'xóm 5') for code in 'BCD']
    number = present(send(table(agency, *rows), locality).delivery)
    near, far = (106.25, 20.4), (106.3, 20.3)
    accept(number, Decision(by='desk', reason='x', places={2: near, 3: far}), locality)
    released = places()
    assert {'B', 'C'} <= set(released)
    assert 'D' not in released
    assert released['B'] != released['C']
    again = send(table(agency, ('D', 'Trường D', 'primary', 'xóm 5')), locality)
    assert again.held == ['places']
    (waiting,) = placed_rows(present(again.delivery))
    assert (waiting.places[0].precision, round(waiting.places[0].lon, 4)) == ('corrected', 106.3)


def test_a_house_that_was_said_counts_for_every_row(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    address = 'Số 99 đường Hoa Sữa, phường Lộc Vượng'
    number = present(send(table(agency, ('B', 'Trường B', 'primary', address)), locality).delivery)
    accept(number, Decision(by='desk', reason='x', places={2: (106.25, 20.4)}), locality)
    again = send(table(agency, ('C', 'Trường C', 'primary', address.upper())), locality)
    assert again.verdict == 'accepted'
    assert places()['C'] == places()['B']


def test_a_street_that_was_chosen_is_no_more_precise_than_a_street(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    number = present(send(table(agency, DOUBTFUL), locality).delivery)
    listed = placed_rows(number)[0].places[0]
    accept(number, Decision(by='desk', reason='x', places={2: 1}), locality)
    (kept,) = placed_rows(number, unsure_only=False)
    assert (kept.places[0].precision, kept.places[0].radius_m) == ('corrected', listed.radius_m)


@pytest.mark.parametrize('address', ['-', 'gần chợ', '…'])
def test_an_address_that_says_nothing_is_placed_by_its_row(
    town: dict[str, str], locality: Locality, agency: Agency, address: str
) -> None:
    number = present(send(table(agency, ('B', 'Trường B', 'primary', address)), locality).delivery)
    accept(number, Decision(by='desk', reason='x', places={2: (106.25, 20.4)}), locality)
    assert 'B' in places()


def test_what_is_not_released_is_not_remembered(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    """A place far outside the province."""
    number = present(send(table(agency, DOUBTFUL), locality).delivery)
    report = accept(number, Decision(by='desk', reason='x', places={2: (2.35, 48.85)}), locality)
    assert report.verdict == 'returned'
    assert remembered() == 0


def test_what_was_said_holds_on_where_another_question_comes_up(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    """The first decision places one of two rows and reads the file otherwise, the second one places the other."""
    rows = [(code, f'Trường {code}', 'primary', 'xóm 5') for code in 'BC']
    number = present(send(table(agency, *rows, SURE), locality).delivery)
    first = Decision(by='desk', reason='x', places={2: (106.25, 20.4)}, mode='replace')
    assert accept(number, first, locality).verdict == 'undecided'
    second = Decision(by='desk', reason='x', places={3: (106.3, 20.3)}, mode='upsert')
    assert accept(number, second, locality).verdict == 'accepted'
    assert {'A', 'B', 'C'} <= set(places())


def test_whoever_accepts_without_saying_where_leaves_them_out(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    number = present(send(table(agency, SURE, DOUBTFUL), locality).delivery)
    report = accept(number, Decision(by='desk', reason='Trường B chưa mở'), locality)
    assert (report.verdict, present(report.rows).bad_rows) == ('accepted', 1)
    assert set(places()) == {'A', 'T1'}


@pytest.mark.parametrize(('row', 'place'), [(9, 1), (3, 7), (3, 0)])
def test_a_place_that_there_is_not_is_refused_and_nothing_is_remembered(
    town: dict[str, str], locality: Locality, agency: Agency, row: int, place: int
) -> None:
    number = present(send(table(agency, SURE, DOUBTFUL), locality).delivery)
    with pytest.raises(NoSuchPlace):
        accept(number, Decision(by='desk', reason='x', places={4: (106.2, 20.3), row: place}), locality)
    assert remembered() == 0


def test_faults_of_other_kinds_still_return_a_list(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    """Rows that wait do not count as bad, a level of school that there is not does."""
    report = send(table(agency, SURE, DOUBTFUL, ('F', 'Trường F', 'đại học', SURE[3])), locality)
    assert report.verdict == 'returned'


def test_addresses_in_an_old_encoding_are_read(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    """TCVN3 has a byte of its own for each letter; the column is none of the layer's, so nothing else judges it."""
    rows = [(f'G{i}', f'Tr\xadêng G{i}', 'primary', '§\xadêng TrÇn H\xadng §¹o, ph\xadêng Léc H¹') for i in range(12)]
    header = ('MA_TRUONG', 'TEN_TRUONG', 'CAP_HOC', 'DIA_CHI')
    report = send(table(agency, *rows, header=header, encoding='latin-1'), locality, encoding='tcvn3')
    assert report.verdict == 'accepted', (report.notes, report.rows)
    assert places()['G0'] == (2_950, 1_000)


def test_a_layer_of_lines_takes_no_addresses(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    with pytest.raises(DataRefused, match='needs lines'):
        deliver(table(agency, SURE), DeliveryOptions(layer='roads'), locality)


def test_a_table_with_neither_says_what_would_do(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    with pytest.raises(DataRefused, match='or address'):
        send(table(agency, ('A', 'Trường A', 'primary'), header=HEADER[:3]), locality)


def test_a_check_places_addresses_and_keeps_nothing(town: dict[str, str], locality: Locality, agency: Agency) -> None:
    report = send(table(agency, SURE, DOUBTFUL), locality, dry_run=True)
    assert report.held == ['places']
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select count(*) from catalog.placed_row')
        assert cursor.fetchone() == (0,)


def test_the_commands_list_what_waits_and_take_what_a_person_says(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    number = present(send(table(agency, SURE, DOUBTFUL), locality).delivery)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        return done.output + str(done.exception or '')

    assert 'phố Lê Lợi' in run('places', str(number))
    assert 'ROW=NUMBER' in run('accept', str(number), '-r', 'x', '--place', '3=200,100')
    twice = ('--place', '3=1', '--place', '3=106.25,20.41')
    assert 'two different places' in run('accept', str(number), '-r', 'x', *twice)
    run('accept', str(number), '-r', 'Gọi hỏi', '--place', '3=106.25,20.41')
    assert 'B' in places()
    assert 'Xã Hải An' in run('geocode', 'xa hai an')


def lon_lat(east: float, north: float) -> str:
    """A point in metres from the corner of the town, as `--place` takes it."""
    lon, lat = transformer(proj_string(9209), proj_string(4326)).transform(Agency.east + east, Agency.north + north)
    return f'{lon:.6f},{lat:.6f}'


@pytest.mark.parametrize(('east', 'where'), [(1_000, 'Phường Lộc Vượng'), (6_000, 'ngoài mọi xã')])
def test_a_point_outside_the_commune_that_the_address_names_is_to_be_confirmed(
    town: dict[str, str], locality: Locality, agency: Agency, east: float, where: str
) -> None:
    """Nothing is decided before; the desk knows better, and says so."""
    number = present(send(table(agency, ONLY_A_COMMUNE), locality).delivery)
    words = ['accept', str(number), '-r', 'Gọi hỏi', '--place', f'2={lon_lat(east, 1_000)}']
    asked = CliRunner().invoke(app, words)
    assert f'Hàng 2 ("xã Hải An"): điểm này ở {where}' in ' '.join(asked.output.split())
    assert isinstance(asked.exception, PointsNotConfirmed)
    assert 'C' not in places()
    assert CliRunner().invoke(app, [*words, '--yes']).exit_code == 0
    assert places()['C'] == (east, 1_000)


def test_a_point_in_the_commune_that_the_address_names_is_taken(
    town: dict[str, str], locality: Locality, agency: Agency
) -> None:
    number = present(send(table(agency, ONLY_A_COMMUNE), locality).delivery)
    done = CliRunner().invoke(app, ['accept', str(number), '-r', 'x', '--place', f'2={lon_lat(11_000, 500)}'])
    assert (done.exit_code, places()['C']) == (0, (11_000, 500))
