"""Streets with names and lots with numbers in the towns of the demo."""

import re
from collections import Counter

import numpy as np
import shapely

from demo.addresses import Addresses, assign_addresses
from demo.drawing import Demo
from demo.lots import TOWN
from demo.roads import junctions, towns_apart
from demo.streets import Lines
from demo.strokes import Ints, Strokes, join_strokes
from demo.town_streets import Ends, _streets, ends_of, lanes_of, streets_to_name
from tests.matrix import thorough


def small_town() -> tuple[Strokes, Ends]:
    """A street of 300 m eastwards; blind ways of 50 m north at 100 m and south at 200 m; off the first a way east."""
    ways = [
        [(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)], [(100, 50), (100, 0)], [(200, 0), (200, -50)],
        [(100, 50), (140, 50)],
    ]  # fmt: skip
    lines: Lines = np.array([shapely.LineString(way) for way in ways], dtype=object)
    remoteness_m = np.array([[way[0][0], way[-1][0]] for way in ways], dtype=float)
    strokes = join_strokes(lines, np.zeros(len(lines), dtype=np.intp), remoteness_m)
    return strokes, ends_of(lines, strokes, junctions(lines))


LENGTH_M = np.array([300.0, 50.0, 40.0, 50.0])


def test_the_small_town_has_four_strokes() -> None:
    """The street, the way north, the way off it, and the way south, in the order in which they begin from the west."""
    assert small_town()[0].stroke.tolist() == [0, 0, 0, 1, 3, 2]


def test_a_lane_leaves_its_street_at_a_place_and_to_a_side() -> None:
    """North of a street that runs east is its left. The lane off the lane leaves no street."""
    lanes = lanes_of(small_town()[1], np.array([True, False, False, False]), LENGTH_M)
    assert lanes.parent.tolist() == [-1, 0, -1, 0]
    assert lanes.at_m[[1, 3]].tolist() == [100.0, 200.0]
    assert lanes.left[[1, 3]].tolist() == [True, False]


def test_a_lane_is_measured_from_the_street_that_it_leaves() -> None:
    """The way north was begun at its northern end, the way south at the street."""
    lanes = lanes_of(small_town()[1], np.array([True, False, False, False]), LENGTH_M)
    assert lanes.from_end[[1, 3]].tolist() == [True, False]


def test_long_streets_have_names_and_so_have_those_that_would_be_lanes_of_none() -> None:
    """Half of four strokes is two, of which the second is short and blind; the way off it meets no street so far."""
    ends, short_blind = small_town()[1], np.array([False, True, True, True])
    none_known = np.zeros(7, dtype=bool)
    assert streets_to_name(np.array([0, 1, 3, 2]), short_blind, ends, none_known, most=100) == [0, 2]


def test_a_road_in_several_parts_goes_on_with_its_numbers() -> None:
    """The second part of a road in a town begins where the first ended; the same road begins anew in another town."""
    town, name = np.array([0, 1, 0]), np.array(['QL 10', 'QL 10', 'QL 10'], dtype=object)
    street, before_m = _streets(town, name, np.array([100.0, 70.0, 40.0]))
    assert street.tolist() == [0, 1, 0]
    assert before_m.tolist() == [0.0, 0.0, 100.0]


def towns_of(demo: Demo, lots: Ints) -> Ints:
    """Number of the town that each lot lies in or at most 60 m beside, or -1."""
    points = shapely.STRtree(np.asarray(shapely.points(demo.lots.centre[lots])))
    town, lot = points.query(shapely.buffer(towns_apart(demo.province), 60), predicate='intersects')
    number = np.full(len(lots), -1)
    number[lot] = town
    return number


def numbered(addresses: Addresses) -> Ints:
    """The lots that have a house number."""
    return np.flatnonzero(addresses.house_number != None)  # noqa: E711 (compared with each of an array)


@thorough
def test_no_two_lots_of_a_town_have_the_same_address(demo: Demo) -> None:
    """Number and street name one lot in its town, whether it is built on or not."""
    lots = numbered(demo.addresses)
    keys = zip(towns_of(demo, lots), demo.addresses.street[lots], demo.addresses.house_number[lots], strict=True)
    assert len(lots) > 50_000
    assert max(Counter(keys).values()) == 1


def test_only_lots_in_towns_have_a_number_and_all_have_a_street_with_it(demo: Demo) -> None:
    """Villages have none, factory lots neither."""
    lots = numbered(demo.addresses)
    assert demo.roads.town[demo.lots.segment[lots]].all()
    assert (demo.lots.kind[lots] == TOWN).all()
    assert ((demo.addresses.street != None) == (demo.addresses.house_number != None)).all()  # noqa: E711
    in_towns = demo.roads.town[demo.lots.segment] & (demo.lots.kind == TOWN)
    assert len(lots) > 0.98 * in_towns.sum()


def test_numbers_are_written_as_people_write_them(demo: Demo) -> None:
    """'12', '12A', and '15/12' in lane 15."""
    numbers = demo.addresses.house_number[numbered(demo.addresses)]
    assert all(re.fullmatch(r'([1-9]\d*/)?[1-9]\d*[A-H]?', number) for number in numbers)
    assert {'12', '12A'} <= set(numbers)
    assert any('/' in number for number in numbers)


def test_neighbours_have_neighbouring_numbers(demo: Demo) -> None:
    """From '11' to '13' of a street it is a lot's width, or the width of a crossing: nearly always under 40 m.

    Also on provincial roads, which come through a town in several parts.
    """
    lots = numbered(demo.addresses)
    town, street, number = towns_of(demo, lots), demo.addresses.street[lots], demo.addresses.house_number[lots]
    place = dict(zip(zip(town, street, number, strict=True), demo.lots.centre[lots], strict=True))
    apart_m = np.array([
        (name.startswith('ĐT'), np.hypot(*(at - place[key])))
        for (where, name, text), at in place.items()
        if text.isdigit() and (key := (where, name, str(int(text) + 2))) in place
    ])  # fmt: skip
    assert len(apart_m) > 20_000
    for in_several_parts in (True, False):
        assert (apart_m[apart_m[:, 0] == in_several_parts, 1] < 40).mean() > 0.98


def test_a_lane_has_the_name_of_its_street_and_lots_in_it_its_number(demo: Demo) -> None:
    """A lot on 'Ngõ 15 Đường Lê Lợi' is '15/4 Đường Lê Lợi'; one on the street itself has no stroke in its number."""
    lots = numbered(demo.addresses)
    for road, street, number in zip(
        demo.addresses.road_name[demo.lots.segment[lots]],
        demo.addresses.street[lots],
        demo.addresses.house_number[lots],
        strict=True,
    ):
        lane = number.rpartition('/')[0]
        assert road == (f'Ngõ {lane} {street}' if lane else street)


def test_large_roads_and_roads_outside_of_towns_keep_their_names(demo: Demo) -> None:
    """Local streets of a village are called after the commune; in towns nothing is any more."""
    roads, names = demo.roads, demo.addresses.road_name
    keep = ~roads.town | (roads.rank < 3)
    assert (names[keep] == roads.name[keep]).all()
    renamed = names[~keep] != roads.name[~keep]
    assert renamed.mean() > 0.98


def test_towns_share_names_and_names_differ_by_little(demo: Demo) -> None:
    """Trần Hưng Đạo is in nearly every town, Lê Lợi and Lê Lai are in one: what a geocoder has to tell apart."""
    lots = numbered(demo.addresses)
    streets = zip(towns_of(demo, lots), demo.addresses.street[lots], strict=True)
    pairs = {(town, street.split(' ', 1)[1]) for town, street in streets}
    by_name = Counter(name for _, name in pairs)
    assert by_name['Trần Hưng Đạo'] >= 12
    assert any({(town, 'Lê Lợi'), (town, 'Lê Lai')} <= pairs for town, _ in pairs)


def test_the_same_seed_gives_the_same_addresses(demo: Demo) -> None:
    """Nothing depends on the order of sets or on what was drawn before."""
    again = assign_addresses(demo.province, demo.roads, demo.lots, demo.seed)
    for name in ('road_name', 'house_number', 'street'):
        assert (getattr(again, name) == getattr(demo.addresses, name)).all()


def test_other_seeds_name_streets_otherwise(demo: Demo) -> None:
    """Names are drawn, not fixed to places."""
    other = assign_addresses(demo.province, demo.roads, demo.lots, demo.seed + 1)
    assert (other.road_name != demo.addresses.road_name).mean() > 0.1


def test_buildings_have_the_address_of_their_lot(demo: Demo) -> None:
    """Each footprint lies where its lot does, public buildings on larger lots a few metres behind it."""
    lots = shapely.points(demo.lots.centre[demo.buildings.plot])
    apart_m = shapely.distance(shapely.centroid(demo.buildings.footprint), lots)
    assert apart_m.max() < 20
    assert np.median(apart_m) < 0.02
    assert len(set(demo.buildings.plot)) == len(demo.buildings)
