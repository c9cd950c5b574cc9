"""What makes an address of the town sure, and what makes it doubtful."""

import pytest

from etl.geocode.english import in_vietnamese_order
from etl.geocode.ground import Area
from etl.geocode.hypotheses import Hypothesis, groups_of_units
from etl.geocode.judging import is_rival
from etl.geocode.readings import Reading, Span, without_ends_of_labelled
from etl.geocode.result import GeocodedAddress
from etl.geocode.unit_names import UnitName
from etl.geocode.words import MOST_WORDS, read_words
from tests.etl.conftest import Agency
from tests.etl.geocode.conftest import Place
from tests.present import present

LOC_VUONG, LOC_HA = '13687', '13684'


def offset(answer: GeocodedAddress) -> tuple[int, int]:
    """The place in metres from the corner of the town."""
    x, y = present(answer.point)
    return round(x - Agency.east), round(y - Agency.north)


def reasons(answer: GeocodedAddress) -> list[str]:
    return [text.en for text in answer.evidence]


@pytest.mark.parametrize(('code', 'cost', 'rival'), [('2', 0.0, True), ('2', 0.5, False), ('1', 0.0, False)])
def test_neighbours_called_alike_without_accents_are_rivals(code: str, cost: float, *, rival: bool) -> None:
    """`xa tho xuong` is Thọ Xương as well as Thọ Xướng beside it, whose middle lies within the other's radius."""

    def commune(name: str, code: str, east: float, cost: float) -> Hypothesis:
        area = Area((east, 0), 6_000, (east - 4_000, -4_000, east + 4_000, 4_000))
        return Hypothesis(name, 'commune', area, frozenset({code}), Span(0, 3, 1), 0, cost)

    assert is_rival(commune('Xã Thọ Xướng', code, 5_000, cost), commune('Xã Thọ Xương', '1', 0, 0.0)) == rival


@pytest.mark.parametrize(('ward', 'east', 'code'), [('Lộc Vượng', 1_950, LOC_VUONG), ('Lộc Hạ', 2_050, LOC_HA)])
def test_of_two_houses_near_a_border_the_one_in_the_commune_is_meant(
    place: Place, ward: str, east: int, code: str
) -> None:
    answer = place(f'40 Trần Hưng Đạo, phường {ward}')
    assert (answer.sure, answer.precision, offset(answer)) == (True, 'house', (east, 1_015))
    assert present(answer.place).commune == code


def test_two_houses_of_one_number_are_for_a_person(place: Place) -> None:
    answer = place('40 đường Trần Hưng Đạo')
    assert not answer.sure
    assert 'The street has several houses 40.' in reasons(answer)


def test_a_house_beyond_the_border_is_told_by_the_commune_in_which_it_stands(place: Place) -> None:
    """80 m beyond it; in Lộc Vượng the street has no such number."""
    answer = place('44 Trần Hưng Đạo, phường Lộc Vượng')
    assert (answer.sure, offset(answer), present(answer.place).commune) == (True, (2_080, 1_015), LOC_HA)


def test_of_two_streets_called_alike_in_a_commune_the_one_with_the_house_is_meant(place: Place) -> None:
    answer = place('5 Hai Bà Trưng, xã Hải An')
    assert (answer.sure, answer.precision, offset(answer)) == (True, 'house', (11_515, 400))


def test_two_streets_called_alike_in_a_commune_are_both_within_the_stated_radius(place: Place) -> None:
    """From 10,200 to 11,500 east."""
    answer = place('đường Hai Bà Trưng, xã Hải An')
    assert (answer.sure, answer.precision, offset(answer)) == (True, 'street', (10_850, 450))
    assert present(answer.radius_m) > 650 + 100


def test_a_number_that_a_long_street_has_not_is_for_a_person(place: Place) -> None:
    """950 m each way; the 450 m of Lê Lợi are near enough to find a house by."""
    long, short = place('Số 99 Trần Hưng Đạo, phường Lộc Hạ'), place('Số 99 phố Lê Lợi, phường Lộc Vượng')
    assert reasons(long) == ['No house has that number, and the street is long.', 'The street has no house 99.']
    assert (long.sure, short.sure) == (False, True)


def test_a_very_long_street_without_a_number_is_its_commune(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streets of the town are none, so the limit is lowered."""
    monkeypatch.setattr('etl.geocode.judging.LARGEST_STREET_M', 1_000)
    answer = place('đường Trần Hưng Đạo, phường Lộc Hạ')
    assert (answer.sure, answer.precision, present(answer.place).label) == (True, 'commune', 'Phường Lộc Hạ')
    assert reasons(answer) == ['Đường Trần Hưng Đạo is long, so only the unit is certain.']


@pytest.mark.parametrize(
    'numbers',
    [
        'Từ số 12 đến số 300',
        'số 12 đến 300',
        'tu so 12 toi so 300',
        'số 12-300',
        '12 – 300',
        'Các số 12 đến số nhà 300,',
        'House No. 12 to No. 300',
        'Between house 12 and 300',
        'Số 12 đường Trần Hưng Đạo đến số 300',
    ],
)
def test_a_row_of_houses_is_no_house(place: Place, numbers: str) -> None:
    answer = place(f'{numbers} đường Trần Hưng Đạo, phường Lộc Vượng')
    assert (answer.sure, answer.precision) == (False, 'street')
    assert 'It names a row of houses, not one.' in reasons(answer)


@pytest.mark.parametrize(
    'address', ['Ngã tư Trần Hưng Đạo - Lê Lợi', 'Góc đường Trần Hưng Đạo và phố Lê Lợi', 'từ Trần Hưng Đạo đến Lê Lợi']
)
def test_a_corner_is_for_a_person(place: Place, address: str) -> None:
    answer = place(f'{address}, phường Lộc Vượng')
    assert not answer.sure
    assert 'It names two streets.' in reasons(answer)


@pytest.mark.parametrize('beside', ['Sau nhà', 'Trước cửa nhà', 'Opposite', 'Next to', 'Đối diện số'])
def test_what_is_beside_a_house_is_not_in_it(place: Place, beside: str) -> None:
    answer = place(f'{beside} 12 Trần Hưng Đạo, phường Lộc Vượng')
    assert answer.precision == 'commune'


def test_a_misspelt_street_does_not_take_the_label_of_an_unknown_ward(place: Place) -> None:
    """`phường Đông` is two letters from Phố Chương Dương, and the ward Đông Sơn is none of the town's."""
    answer = place('12 đường Trần Hưng Đạo, phường Đông Sơn')
    assert reasons(answer) == ['It names an administrative unit that is not known.']


def test_a_street_whose_name_begins_like_a_unit_names_no_unit(place: Place) -> None:
    answer = place('Số 4 đường Xã Đàn, phường Lộc Hạ')
    assert (answer.sure, answer.precision) == (True, 'commune')


def test_beside_a_misspelt_street_with_its_label_p_is_a_ward(place: Place) -> None:
    """Without one it may be Phố Lộc Hạ in Hải An as well."""
    answer = place('300 Đ. Trần Hưg Đạo, P. Lộc Hạ')
    assert (answer.sure, offset(answer)) == (True, (3_000, 1_015))
    assert not place('P. Lộc Hạ').sure


@pytest.mark.parametrize(
    'address',
    [
        '12 Tran Hung Dao Street, Loc Vuong Ward',
        'No. 12 Tran Hung Dao St., Loc Vuong Ward, Nam Dinh City, Vietnam',
        '12 Trần Hưng Đạo Street Lộc Vượng Ward Nam Định City Nam Định Province',
        'House No. 12, Tran Hung Dao Road, Loc Vuong Ward',
        'Loc Vuong Ward, Tran Hung Dao Street, No 12',
        'Ward Loc Vuong, Street Tran Hung Dao 12',
    ],
)
def test_a_house_is_placed_by_the_english_order_of_words(place: Place, address: str) -> None:
    """Word by word, hence without any cost."""
    answer = place(address)
    assert (answer.sure, answer.precision, offset(answer)) == (True, 'house', (300, 1_015))
    assert present(answer.place).cost == 0


@pytest.mark.parametrize(
    ('address', 'east'),
    [
        ('No 5, Lane 12, Tran Hung Dao Street, Loc Vuong Ward', 310),
        ('5, Alley 12 Tran Hung Dao St, Loc Vuong Ward', 310),
        ('4 National Highway 21B, Loc Vuong Ward', 1_000),
        ('4 Highway 21B, Loc Vuong Ward, Nam Dinh', 1_000),
    ],
)
def test_lanes_and_highways_have_their_english_names(place: Place, address: str, east: int) -> None:
    answer = place(address)
    assert (answer.sure, answer.precision, offset(answer)[0]) == (True, 'house', east)


def test_a_street_called_after_a_day_keeps_its_day() -> None:
    """The number of the house is 8, and not 19."""
    assert in_vietnamese_order(['8', '19', 'thang', '8', 'Street']) == ['8', 'duong', '19', 'thang', '8']


def test_a_long_run_of_street_names_is_read_as_far_as_its_work_is_bounded(place: Place) -> None:
    """What is not read may say something else."""
    words = read_words('Lê Lợi ' * 50)
    assert len(words) == MOST_WORDS
    assert 'It is too long, and its end was not read.' in reasons(place('12 Trần Hưng Đạo ' + 'Lê Lợi ' * 40))


def test_the_end_of_a_misspelt_name_with_its_label_is_no_other_unit() -> None:
    """In `phường Toy Hoa Lư`, which is Tây Hoa Lư with a wrong letter, there is no phường Hoa Lư."""

    def reading(name: str, start: int, label: int, cost: float) -> Reading[UnitName]:
        unit = UnitName(name, name, name, (), frozenset({name}), smallest=True, current=True)
        return Reading(Span(start, 4, label), unit, cost, 0)

    whole, end, labelled_end = reading('tayhoalu', 1, 1, 1.0), reading('hoalu', 2, 0, 0.3), reading('hoalu', 2, 1, 0.0)
    assert without_ends_of_labelled([whole, end]) == [whole]
    assert without_ends_of_labelled([whole, labelled_end]) == [whole, labelled_end]


def test_a_far_fetched_unit_does_not_join_two_that_are_named() -> None:
    """`phường Hà Nam Ninh Bình` holds no Hà Nam Ninh, by which the ward and the province would be one reading."""

    def reading(name: str, start: int, end: int, cost: float) -> Reading[UnitName]:
        unit = UnitName(name, name, name, (), frozenset({name}), smallest=True, current=True)
        return Reading(Span(start, end, 0), unit, cost, 0)

    ward, both, province = reading('hanam', 0, 2, 0.0), reading('hanamninh', 0, 3, 1.8), reading('ninhbinh', 2, 4, 0.3)
    assert groups_of_units([ward, both, province]) == [[ward], [province]]
    doubtful = reading('hanamninh', 0, 3, 0.3)
    assert groups_of_units([ward, doubtful, province]) == [[ward, doubtful, province]]
