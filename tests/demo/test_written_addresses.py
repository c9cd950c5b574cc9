"""The corpus of addresses: what is written, and what it means."""

import random
from collections import Counter

import pytest
import shapely

from bench.addresses import KINDS, WrittenAddress, draw_addresses
from bench.writing_errors import (
    double_letter,
    in_telex,
    missing_letter,
    misspelt,
    swapped_letters,
    with_eth,
    without_accents,
    wrong_letter,
)
from bench.written_addresses import Parts, abbreviated, clean, with_marks
from demo.drawing import Demo
from tests.nam_dinh import NAM_DINH

COUNT = 460
NOWHERE = {'in another province', 'nonsense', 'empty'}
HOUSE = Parts('12', 'Đường Lê Lợi', '', 'Phường Bà Triệu', 'Thành phố Nam Định', 'Tỉnh Nam Định')


@pytest.fixture(scope='module')
def corpus(demo: Demo) -> list[WrittenAddress]:
    """Some twenty addresses of each kind."""
    return draw_addresses(demo, NAM_DINH, COUNT)


def point_of(address: WrittenAddress) -> shapely.Point:
    """The true place."""
    assert address.point
    return shapely.Point(address.point)


def test_every_kind_has_its_share(corpus: list[WrittenAddress]) -> None:
    """460 of 23 kinds are 20 of each."""
    assert Counter(address.kind for address in corpus) == dict.fromkeys(KINDS, 20)


def test_the_same_seed_gives_the_same_corpus(demo: Demo, corpus: list[WrittenAddress]) -> None:
    """Figures of two days are of the same addresses; another seed gives others."""
    assert draw_addresses(demo, NAM_DINH, COUNT) == corpus
    assert draw_addresses(demo, NAM_DINH, COUNT, seed=2) != corpus


def test_the_true_place_lies_in_the_true_commune(demo: Demo, corpus: list[WrittenAddress]) -> None:
    """What names no place of the province has neither."""
    polygon = {place.unit.code: place.polygon for place in demo.province.communes}
    for address in corpus:
        if address.kind in NOWHERE:
            assert (address.point, address.commune_code, address.precision) == (None, None, None)
        else:
            assert polygon[str(address.commune_code)].contains(point_of(address)), address


def test_a_clean_house_stands_where_the_layer_has_its_number(demo: Demo, corpus: list[WrittenAddress]) -> None:
    """Number, street and commune of the text are those of the building at the true place."""
    tree, addresses = shapely.STRtree(demo.buildings.footprint), demo.addresses
    houses = [address for address in corpus if address.kind == 'clean' and address.precision == 'house']
    assert len(houses) >= 5
    for address in houses:
        building = int(tree.query_nearest(point_of(address))[0])
        plot, commune = demo.buildings.plot[building], demo.buildings.commune[building]
        assert addresses.street[plot].split(' ', 1)[1] in address.text
        assert demo.province.communes[commune].unit.short_name in address.text
        assert all(number in address.text for number in addresses.house_number[plot].split('/'))


def test_no_building_has_a_number_that_does_not_exist(demo: Demo, corpus: list[WrittenAddress]) -> None:
    """Either the lot is empty, with no middle of a building within 3 m, or the number is far too large."""
    tree = shapely.STRtree(shapely.centroid(demo.buildings.footprint))
    for address in (address for address in corpus if address.kind == 'no such house number'):
        apart_m = tree.query_nearest(point_of(address), return_distance=True)[1][0]
        too_large = any(part.isdigit() and int(part) >= 3_000 for part in address.text.replace(',', ' ').split())
        assert too_large or apart_m > 3


def test_addresses_that_are_like_accents_removed_or_in_capitals_are(corpus: list[WrittenAddress]) -> None:
    """Each kind has the mistake that it is named after."""
    of_kind = {kind: [address.text for address in corpus if address.kind == kind] for kind in KINDS}
    assert all(text.isascii() for text in of_kind['without accents'])
    assert all(text.isupper() for text in of_kind['in capitals'])
    assert not any(',' in text for text in of_kind['without commas'])
    assert all('Ð' in text or 'ð' in text for text in of_kind['Icelandic letter for Đ'])
    assert not any('huyện ' in text.lower() or 'thành phố' in text.lower() for text in of_kind['without district'])
    assert not any(letter.isalnum() for text in of_kind['empty'] for letter in text)


@pytest.mark.parametrize(
    ('word', 'typed'),
    [
        ('đường', {'dduwowfng', 'dduwowngf'}),
        ('Lợi', {'Lowji', 'Lowij'}),
        ('Điện', {'DDieejn', 'DDieenj'}),
        ('xã', {'xax'}),
        ('Nam', {'Nam'}),
    ],
)
def test_telex_keys_are_what_the_hand_types(word: str, typed: set[str]) -> None:
    """Tones come behind their vowel or at the end of the word."""
    assert {in_telex(word, random.Random(seed)) for seed in range(30)} == typed


def test_letters_lose_their_marks_or_get_the_wrong_one() -> None:
    """Đ is no D with an accent, and Icelandic Eth looks like it."""
    assert without_accents('Đường Điện Biên') == 'Duong Dien Bien'
    assert with_eth('Đường Điện Biên, xã Đồng') == 'Ðường Ðiện Biên, xã Ðồng'


@pytest.mark.parametrize('seed', range(20))
def test_a_slip_changes_one_letter(seed: int) -> None:
    """One more, one less, another one, or two in each other's place."""
    chance = random.Random(seed)
    assert len(double_letter('Lê Lợi', chance)) == 7
    assert len(missing_letter('Lê Lợi', chance)) == 5
    assert sum(a != b for a, b in zip(wrong_letter('Lê Lợi', chance), 'Lê Lợi', strict=True)) == 1
    assert sorted(swapped_letters('Lê Lợi', chance)) == sorted('Lê Lợi')
    assert swapped_letters('Lê Lợi', chance) == 'Lê Liợ'


def test_a_slip_never_makes_another_real_name() -> None:
    """Of 'Hạ', 'Ha' would be with all letters of one slip but few: those that are names are passed over."""
    real = frozenset({'ha', 'hha', 'haa', 'h', 'a'})
    slips = {misspelt('Hạ', real, random.Random(seed)) for seed in range(200)}
    assert not {without_accents(slip).lower() for slip in slips} & real


def test_a_house_is_written_in_many_ways() -> None:
    """Three words for the number, a comma behind it or not, three kinds of street, province or not, small or not."""
    ways = {', '.join(clean(HOUSE, random.Random(seed))) for seed in range(3_000)}
    assert '12 Lê Lợi, phường Bà Triệu, thành phố Nam Định' in ways
    assert 'Số nhà 12, Đường Lê Lợi, Phường Bà Triệu, Thành phố Nam Định, Tỉnh Nam Định' in ways
    assert len(ways) == 3 * 2 * 3 * 2 * 2


def test_abbreviations_are_those_that_people_use() -> None:
    """P. for a ward, TP for a city, Đ. for a street; never two manners in one address."""
    ways = {abbreviated(HOUSE, random.Random(seed)) for seed in range(300)}
    assert '12 Đ. Lê Lợi, P. Bà Triệu, TP. Nam Định, T. Nam Định' in ways
    assert '12 Đ.Lê Lợi, P.Bà Triệu, TP Nam Định, T.Nam Định' in ways
    assert not any('P.Bà' in way and 'T. Nam' in way for way in ways)


def test_marks_and_blanks_leave_the_words() -> None:
    """Without marks and blanks it is the address as it was."""
    pieces = ['12 Lê Lợi', 'phường Bà Triệu']
    for seed in range(50):
        written = with_marks(pieces, random.Random(seed))
        assert ''.join(sign for sign in written if sign.isalnum()) == '12LêLợiphườngBàTriệu'
