"""Addresses of the town, each with the place that it means by hand: right, or not sure."""

from dataclasses import replace
from datetime import date

import pytest

from dothi.core.crs import proj_string, transformer
from dothi.core.database import READERS, connection
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.geocode.corrections import Correction, Spot, remember_corrections
from etl.geocode.geocode import geocode
from etl.geocode.result import GeocodedAddress
from tests.etl.conftest import Agency
from tests.etl.geocode.conftest import Place
from tests.present import present

HOUSE_12, HOUSE_12_5, HOUSE_7A = (300, 1_015), (310, 1_080), (515, 400)


def offset(answer: GeocodedAddress) -> tuple[int, int]:
    """The place in metres from the corner of the town."""
    x, y = present(answer.point)
    return round(x - Agency.east), round(y - Agency.north)


def sure_of(answer: GeocodedAddress, precision: str, at: tuple[int, int]) -> bool:
    return answer.sure and answer.precision == precision and offset(answer) == at


@pytest.mark.parametrize(
    'address',
    [
        'Số 12, đường Trần Hưng Đạo, phường Lộc Vượng',
        '12 tran hung dao, phuong loc vuong, tp nam dinh',
        '12 Đ. Trần Hưng Đạo, P.Lộc Vượng, TP.Nam Định',
        'SỐ NHÀ 12 ĐƯỜNG TRẦN HƯNG ĐẠO PHƯỜNG LỘC VƯỢNG THÀNH PHỐ NAM ĐỊNH',
        'Phường Lộc Vượng - đường Trần Hưng Đạo - số 12',
        'Số 12 đường Trần Hưg Đạo, phường Lộc Vượng',
        'Số 12 đường Trần Hưng Đạo, phường Lộc Vượgn',
        'Soos 12 ddwowfng Traanf Huwng DDaoj, phuwowngf Loocj Vuowngj',
        'Số 12 Ðường Trần Hưng Đạo , , Phường  Lộc Vượng',
        'Số 12-14 đường Trần Hưng Đạo, phường Lộc Vượng, ĐT: 0912 345 678',
        '12 Trần Hưng Đạo (gần chợ Rồng), phường Lộc Vượng, tỉnh Nam Định',
        # no other street of this name has this number, and the street is one
        '12 đường Trần Hưng Đạo',
    ],
)
def test_a_house_is_placed_however_its_address_is_written(place: Place, address: str) -> None:
    assert sure_of(place(address), 'house', HOUSE_12), place(address)


@pytest.mark.parametrize('address', ['Số 5 ngõ 12 Trần Hưng Đạo, Lộc Vượng', '12/5 Trần Hưng Đạo, P. Lộc Vượng'])
def test_a_house_in_a_lane_has_the_number_of_the_lane_before_its_own(place: Place, address: str) -> None:
    assert sure_of(place(address), 'house', HOUSE_12_5)


def test_a_lane_alone_is_a_street_and_no_house(place: Place) -> None:
    """From (300, 1000) to (300, 1150); houses stand up to 100 m beside it."""
    answer = place('Ngõ 12 Trần Hưng Đạo, phường Lộc Vượng')
    assert sure_of(answer, 'street', (300, 1_075))
    assert answer.radius_m == pytest.approx(75 + 100)


def test_a_street_is_placed_within_the_commune_that_is_named(place: Place) -> None:
    """In Lộc Hạ it goes from 2,000 to 3,900."""
    answer = place('đường Trần Hưng Đạo, phường Lộc Hạ')
    assert sure_of(answer, 'street', (2_950, 1_000))
    assert answer.radius_m == pytest.approx(950 + 100)
    assert present(answer.place).commune == '13684'


def test_an_address_whose_end_is_not_read_is_never_sure(place: Place) -> None:
    assert not place('12 đường Trần Hưng Đạo, phường Lộc Vượng' + ', tổ 5' * 100 + ', Hà Nội').sure


def test_two_streets_of_one_name_are_told_apart_by_their_commune_or_not_at_all(place: Place) -> None:
    assert sure_of(place('7A Lê Lợi, phường Lộc Vượng'), 'house', HOUSE_7A)
    doubtful = place('phố Lê Lợi')
    assert not doubtful.sure
    assert {present(doubtful.place).commune, *(rival.commune for rival in doubtful.rivals)} == {'13687', '14284'}


def test_a_number_that_the_street_has_not_gives_the_street_and_says_so(place: Place) -> None:
    answer = place('Số 99 phố Lê Lợi, phường Lộc Vượng')
    assert (answer.sure, answer.precision) == (True, 'street')
    assert [text.en for text in answer.evidence] == ['The street has no house 99.']


def test_a_number_of_the_street_in_another_commune_is_never_sure(place: Place) -> None:
    """300 Trần Hưng Đạo stands in Lộc Hạ."""
    answer = place('300 Trần Hưng Đạo, phường Lộc Vượng')
    assert not answer.sure
    assert 'That number of the street is in another unit.' in [text.en for text in answer.evidence]


def test_a_street_that_nobody_knows_leaves_the_commune_and_says_so(place: Place) -> None:
    answer = place('Số 3 đường Võ Nguyên Giáp, phường Lộc Hạ')
    assert sure_of(answer, 'commune', (3_000, 1_000))
    assert [text.en for text in answer.evidence] == ['The unit has no such street or place as yet.']


def test_a_street_of_another_commune_is_never_sure(place: Place) -> None:
    assert not place('phố Lê Lợi, phường Lộc Hạ').sure


@pytest.mark.parametrize('address', ['4 QL 21B, P. Lộc Vượng', '4 quốc lộ 21B, phường Lộc Vượng', '4 ql21b, Lộc Vượng'])
def test_highways_have_one_name_however_they_are_abbreviated(place: Place, address: str) -> None:
    assert sure_of(place(address), 'house', (1_000, 1_915))


def test_a_name_with_a_dash_is_one_name(place: Place) -> None:
    assert place('Đường Gôi - Tam Thanh, xã Hải An').precision == 'street'


def test_a_named_place_is_known_and_counts_more_than_the_commune_in_its_name(place: Place) -> None:
    assert sure_of(place('Trường Tiểu học Lộc Hạ'), 'place', (3_000, 500))


def test_a_unit_elsewhere_makes_it_not_sure(place: Place) -> None:
    assert not place('12 Trần Hưng Đạo, phường Hàng Bạc, quận Hoàn Kiếm, Hà Nội').sure


@pytest.mark.parametrize(
    'end', ['tỉnh Thái Bình', 'Hà Nội', 'ha nam', 'Thanh Hóa', 'TP. Hồ Chí Minh', 'TPHCM', 'Hà Tĩnh, Việt Nam']
)
def test_a_province_elsewhere_makes_it_not_sure(place: Place, end: str) -> None:
    """With or without its label; also where everything before is word by word a place of this one."""
    answer = place(f'12 Trần Hưng Đạo, phường Lộc Vượng, {end}')
    assert 'It names another province.' in [text.en for text in answer.evidence]
    assert not answer.sure


@pytest.mark.parametrize('end', ['tỉnh Nam Định', 'Nam Định', 'tỉnh Ninh Bình', 'Hà Nam Ninh'])
def test_the_province_itself_and_what_it_became_of_speak_for_it(place: Place, end: str) -> None:
    assert sure_of(place(f'12 Trần Hưng Đạo, phường Lộc Vượng, {end}'), 'house', HOUSE_12)


def test_an_unknown_name_behind_a_street_without_its_commune_makes_it_not_sure(place: Place) -> None:
    assert place('300 đường Trần Hưng Đạo').sure
    assert not place('300 đường Trần Hưng Đạo, Hoàng Mai').sure
    assert place('300 đường Trần Hưng Đạo, tổ 14, khu phố 3').sure


@pytest.mark.parametrize(
    'address',
    [
        '12 Trần Hưng Đạo và số 7A Lê Lợi, phường Lộc Vượng',
        'Số 12 đường Trần Hưng Đạo; 4 QL 21B, phường Lộc Vượng',
        '4 QL 21B, 12 Trần Hưng Đạo, phường Lộc Vượng',
    ],
)
def test_two_houses_in_one_cell_are_for_a_person(place: Place, address: str) -> None:
    answer = place(address)
    assert 'It names houses of two streets.' in [text.en for text in answer.evidence]
    assert not answer.sure


@pytest.mark.parametrize(
    'beginning', ['Km 12', 'Thửa đất số 12, tờ bản đồ số 12,', 'Tầng 12', 'tang 12', 'Phòng 12', 'Lô số 12', 'Số cũ 12']
)
def test_what_numbers_something_else_is_no_house(place: Place, beginning: str) -> None:
    assert place(f'{beginning} đường Trần Hưng Đạo, phường Lộc Vượng').precision == 'street'


@pytest.mark.parametrize('number', ['Số mới 12 (số cũ 14)', 'Tầng 14, số 12', 'Số 12.0,', 'Phòng 14, 12'])
def test_the_number_of_the_house_is_told_from_others(place: Place, number: str) -> None:
    assert sure_of(place(f'{number} đường Trần Hưng Đạo, phường Lộc Vượng'), 'house', HOUSE_12)


@pytest.mark.parametrize(
    'street', ['12 bis đường Trần Hưng Đạo', '12 đường Trần Hưng Đạo II', '12 Trần Hưng Đạo kéo dài']
)
def test_a_number_or_a_street_with_more_to_its_name_is_another_one(place: Place, street: str) -> None:
    assert place(f'{street}, phường Lộc Vượng').precision != 'house'


@pytest.mark.parametrize('beside', ['Cách', 'Phía sau'])
def test_what_is_some_way_off_a_place_is_not_there(place: Place, beside: str) -> None:
    assert place(f'{beside} Trường Tiểu học Lộc Hạ 500 m, phường Lộc Hạ').precision == 'commune'


@pytest.mark.parametrize('address', ['', ' , ', 'không rõ', '0912345678', '§§§', 'x' * 10_000])
def test_what_says_nothing_has_no_place_and_says_why(place: Place, address: str) -> None:
    answer = place(address)
    assert (answer.sure, answer.place) == (False, None)
    assert len(answer.evidence) == 1


def test_names_of_other_days_lead_to_the_communes_of_the_day(town: dict[str, str], locality: Locality) -> None:
    """Xã Hải An of 2025 has another code and came of Xã Hải An and others; on the map's day its outline is theirs."""
    with connection(READERS['internal']) as db:
        (answer,) = geocode(db, locality, ['xã Hải An'], date(2024, 8, 31))
    assert present(answer.place).commune == '14284'


def correct(address: str, lon: float, lat: float) -> None:
    """A person has said so of a row of schools."""
    with connection('loader') as db:
        remember_corrections(db, [Correction(address, 'schools 1', Spot(lon=lon, lat=lat, by='desk'))])


def test_the_public_gets_no_place_that_a_person_has_corrected(town: dict[str, str], locality: Locality) -> None:
    """A correction may hold an address that nobody else is to know."""
    address = 'số 3 đường Hoa Sữa, xã Hải An'
    correct(address, 106.2, 20.3)
    with connection(READERS['internal']) as db:
        (inside,) = geocode(db, locality, [address.upper()])
    with connection(READERS['public']) as db:
        (outside,) = geocode(db, locality, [address], audience='public')
    assert (inside.sure, inside.precision) == (True, 'corrected')
    assert present(outside.place).precision == 'commune'


def test_names_that_the_public_may_not_know_are_no_places_for_it(
    town: dict[str, str], locality: Locality, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the rest of the layers is placed as before; the role of the public may not read these columns."""
    hidden = {'schools': 'name', 'roads': 'name', 'buildings': 'house_number'}
    layers = {name: _internal_column(locality.layers[name], column) for name, column in hidden.items()}
    narrower = replace(locality, layers=locality.layers | layers)
    monkeypatch.setattr('etl.geocode.gazetteer.GAZETTEERS', {})
    with connection('admin') as db, db.cursor() as cursor:
        for layer, column in hidden.items():
            cursor.execute(f'revoke select on layer.{layer} from dothi_reader_public')
            seen = ', '.join(name for name in ['id', 'geom', *layers[layer].columns] if name != column)
            cursor.execute(f'grant select ({seen}) on layer.{layer} to dothi_reader_public')
    with connection(READERS['public']) as db:
        school, street, commune = geocode(
            db, narrower, ['Trường Tiểu học Lộc Hạ', 'phố Lê Lợi, xã Hải An', 'xã Hải An'], audience='public'
        )
    assert school.precision != 'place'
    assert (street.precision, commune.precision) == ('commune', 'commune')


def _internal_column(layer: Layer, column: str) -> Layer:
    narrower = layer.columns[column].model_copy(update={'access': 'internal'})
    return layer.model_copy(update={'columns': layer.columns | {column: narrower}})


def test_a_corrected_place_is_told_by_the_commune_that_it_lies_in(
    town: dict[str, str], locality: Locality, agency: Agency, place: Place
) -> None:
    """And not by the one that the address seems to name."""
    lon, lat = transformer(proj_string(9209), proj_string(4326)).transform(agency.east + 1_000, agency.north + 1_000)
    correct('số 3 đường Hoa Sữa, xã Hải An', lon, lat)
    assert present(place('số 3 đường Hoa Sữa, xã Hải An').place).commune == '13687'


def test_landmarks_tell_corrected_addresses_apart(town: dict[str, str], place: Place) -> None:
    correct('số 3 đường Hoa Sữa, xã Hải An, gần đình', 106.2, 20.3)
    assert present(place('số 3 đường Hoa Sữa, xã Hải An, gần chùa').place).precision == 'commune'
