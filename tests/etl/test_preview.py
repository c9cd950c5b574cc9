"""What a waiting delivery would change: worked out like the delivery, kept apart, and gone when it is decided."""

import math
from pathlib import Path
from random import Random
from typing import Any, get_args

import mapbox_vector_tile
import pytest

from dothi.core.locality import Locality
from etl.desk import decide as desk
from etl.desk import preview as previews
from etl.desk.decide import AlreadyDecided, Decision
from etl.desk.preview import NoPreview, preview, preview_of
from etl.desk.preview_features import (
    ChangeQuery,
    FeatureChange,
    Kind,
    changes_tile,
    count_changes,
    read_changes,
    read_dots,
)
from tests.etl.conftest import Agency, Query, Send
from tests.matrix import number_of_examples
from tests.present import present

LOOK = Decision(by='steward', reason='preview')
EVERYTHING = """select (select count(*) from catalog.release), (select count(*) from catalog.delivery),
    (select count(*) from catalog.decision), (select count(*) from quarantine.row),
    (select string_agg(code || places, ',' order by code) from layer.schools),
    (select count(*) from pg_tables where schemaname = 'staging')"""


def schools(agency: Agency, name: str, north_m: int = 0, **places: int) -> Path:
    """Schools `code=places`, ten metres apart in the order of the alphabet; a is so many metres further north."""
    rows = [
        (agency.school(code, SO_CHO=n), agency.point(10 * (ord(code) - ord('a')), north_m if code == 'a' else 0))
        for code, n in places.items()
    ]
    return agency.geojson(name, rows)


@pytest.fixture
def held(agency: Agency, send: Send) -> int:
    """Of four schools one stays, one is moved by 100 m and gets more places, two are missing, and one is new."""
    send(schools(agency, '1.geojson', a=1, b=2, c=3, d=4), 'schools')
    report = send(schools(agency, '2.geojson', north_m=100, a=9, b=2, e=5), 'schools')
    assert report.held == ['loss', 'moved']
    return present(report.delivery)


def test_each_change_is_told_with_its_values_and_nothing_is_changed(
    held: int, query: Query, locality: Locality
) -> None:
    before = query(EVERYTHING)
    report = preview(held, LOOK, locality)
    assert query(EVERYTHING) == before
    diff = present(report.diff)
    assert (diff.added, diff.changed, diff.closed, diff.unchanged) == (1, 1, 2, 1)
    changes = read_changes(ChangeQuery(held), 0, 10)
    assert [(change.change, change.row_number) for change in changes] == [
        ('added', 3), ('changed', 1), ('closed', None), ('closed', None),
    ]  # fmt: skip
    new, moved, *closed = changes
    assert new.old_values is None
    assert present(new.new_values)['places'] == 5
    assert sorted(moved.columns) == ['geom', 'places']
    assert (present(moved.old_values)['places'], present(moved.new_values)['places']) == (1, 9)
    assert [present(change.old_values)['code'] for change in closed] == ['c', 'd']
    assert all(change.new_values is None and change.geometry for change in closed)
    north = present(moved.geometry)['coordinates'][1] - present(moved.old_geometry)['coordinates'][1]
    assert north * 110_600 == pytest.approx(100, abs=1), 'a degree of latitude has 110.6 km here'


def test_a_page_a_kind_and_a_box_are_parts_of_it(held: int, locality: Locality) -> None:
    preview(held, LOOK, locality)
    everything = ChangeQuery(held)
    assert [change.number for change in read_changes(everything, 1, 2)] == [2, 3]
    closed = ChangeQuery(held, 'closed')
    assert (count_changes(everything), count_changes(closed)) == (4, 2)
    west, south = present(read_changes(closed, 0, 1)[0].geometry)['coordinates']
    around = ChangeQuery(held, None, (west - 2e-5, south - 2e-5, west + 2e-5, south + 2e-5))
    assert [present(change.old_values)['code'] for change in read_changes(around, 0, 10)] == ['c'], (
        'the next is at 10 m'
    )
    assert count_changes(ChangeQuery(held, None, (-180, -90, 180, 90))) == 4, 'which the working CRS does not hold'
    assert sorted(kind for kind, _, _ in read_dots(held)) == ['added', 'changed', 'closed', 'closed']


def test_tiles_have_each_change_once_and_together_where_they_are_one_dot(held: int, locality: Locality) -> None:
    """All four lie within 110 m: one dot for each kind at zoom 8, where a cell has 600 m; four features at zoom 18."""
    preview(held, LOOK, locality)
    lon, lat = present(read_changes(ChangeQuery(held), 0, 1)[0].geometry)['coordinates']
    far, near = (_features(held, *tile_at(lon, lat, z), locality.srid) for z in (8, 18))
    assert sorted((feature['change'], feature['features']) for feature in far) == [
        ('added', 1), ('changed', 1), ('closed', 2),
    ]  # fmt: skip
    assert {feature['change'] for feature in near} >= {'added'}
    assert all(feature['features'] == 1 for feature in near)
    assert changes_tile(held, 8, 0, 0, locality.srid) == b''


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile of Web Mercator that holds the place."""
    share = math.asinh(math.tan(math.radians(lat))) / math.pi
    return z, int((lon + 180) / 360 * 2**z), int((1 - share) / 2 * 2**z)


def _features(delivery: int, z: int, x: int, y: int, srid: int) -> list[dict[str, object]]:
    tile = mapbox_vector_tile.decode(changes_tile(delivery, z, x, y, srid))
    return [feature['properties'] for feature in tile['changes']['features']]


def test_another_reading_gives_another_preview_in_its_place(held: int, locality: Locality) -> None:
    preview(held, LOOK, locality)
    more = preview(held, LOOK.model_copy(update={'mode': 'upsert'}), locality)
    assert (present(more.diff).closed, count_changes(ChangeQuery(held, 'closed'))) == (0, 0)
    assert preview_of(held).options == {'mode': 'upsert'}


def test_what_comes_of_accepting_is_what_the_preview_said(held: int, query: Query, locality: Locality) -> None:
    planned = present(preview(held, LOOK, locality).diff)
    accepted = desk.accept(held, Decision(by='chief', reason='asked'), locality)
    assert present(accepted.diff) == planned
    assert query('select code, places from layer.schools order by code') == [('a', 9), ('b', 2), ('e', 5)]


def test_a_decision_ends_the_preview(held: int, query: Query, locality: Locality) -> None:
    preview(held, LOOK, locality)
    desk.return_(held, Decision(by='chief', reason='asked'))
    with pytest.raises(NoPreview):
        preview_of(held)
    assert query('select count(*) from catalog.preview_change') == [(0,)]
    with pytest.raises(AlreadyDecided):
        preview(held, LOOK, locality)


def test_a_newer_release_makes_the_preview_old(held: int, agency: Agency, send: Send, locality: Locality) -> None:
    preview(held, LOOK, locality)
    assert preview_of(held).is_current
    send(schools(agency, '3.geojson', a=7), 'schools', mode='upsert')
    assert not preview_of(held).is_current


def test_a_release_that_comes_right_after_the_comparison_makes_it_old(
    held: int, agency: Agency, send: Send, locality: Locality, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited for the layer, which the preview had locked, and has it before the preview is kept."""
    keep = previews._keep

    def keep_later(*values: Any) -> None:
        send(schools(agency, '3.geojson', a=7), 'schools', mode='upsert')
        keep(*values)

    monkeypatch.setattr(previews, '_keep', keep_later)
    preview(held, LOOK, locality)
    assert not preview_of(held).is_current


type Served = dict[str, tuple[int, str]]


def served(query: Query) -> Served:
    """Places and point of each school."""
    rows = query("select code, places, encode(ST_AsBinary(geom), 'hex') from layer.schools")
    return {code: (places, point) for code, places, point in rows}


@pytest.mark.parametrize('seed', range(number_of_examples(4, 40)))
def test_what_is_previewed_is_what_two_looks_at_the_table_tell_apart(
    seed: int, agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    """Random files, some rows of which are bad; the table before and after the decision is compared here, in Python."""
    random = Random(seed)
    letters = 'abcdefghijkl'

    def some_schools(name: str, least: int) -> Path:
        rows: list[tuple[dict[str, Any], Any]] = [
            (agency.school(code, SO_CHO=random.randint(1, 3)), agency.point(10 * ord(code), random.choice((0, 0, 30))))
            for code in random.sample(letters, random.randint(least, len(letters)))
        ]
        if random.random() < 0.4:
            rows[0][0]['CAP_HOC'] = 'no level'
        random.shuffle(rows)
        return agency.geojson(name, rows)

    send(
        agency.geojson('1.geojson', [(agency.school(c, SO_CHO=1), agency.point(10 * ord(c))) for c in letters]),
        'schools',
    )
    mode = random.choice(('replace', 'upsert'))
    report = send(some_schools('2.geojson', 2), 'schools', mode=mode, crs='EPSG:9209')
    if report.held == []:
        return
    number, before = present(report.delivery), served(query)
    previewed = present(preview(number, LOOK, locality).diff)
    changes = read_changes(ChangeQuery(number), 0, 100)
    assert served(query) == before
    accepted = desk.accept(number, Decision(by='chief', reason='asked'), locality)
    assert accepted.verdict == 'accepted', accepted.notes
    after = served(query)
    told = {
        kind: sorted(_code(change) for change in changes if change.change == kind) for kind in get_args(Kind.__value__)
    }
    assert told['added'] == sorted(after.keys() - before.keys())
    assert told['closed'] == sorted(before.keys() - after.keys())
    both = before.keys() & after.keys()
    assert told['changed'] == sorted(code for code in both if before[code] != after[code])
    for change in changes:
        if change.change == 'changed':
            (places, point), (new_places, new_point) = before[_code(change)], after[_code(change)]
            assert set(change.columns) == {
                name for name, differs in (('places', places != new_places), ('geom', point != new_point)) if differs
            }
    assert (previewed.added, previewed.changed, previewed.closed) == tuple(map(len, told.values()))


def _code(change: FeatureChange) -> str:
    return str(present(change.new_values or change.old_values)['code'])


def test_what_cannot_be_compared_yet_says_why_and_has_no_features(
    agency: Agency, send: Send, locality: Locality
) -> None:
    """A table whose coordinates fit two zones alike; told which, it can."""
    text = 'MA_TRUONG,TEN_TRUONG,CAP_HOC,SO_CHO,X,Y\na,Trường,primary,400,570000,2250000\n'
    number = present(send(agency.text('toa_do.csv', text), 'schools').delivery)
    assert preview(number, LOOK, locality).held == ['crs']
    assert count_changes(ChangeQuery(number)) == 0
    report = preview(number, LOOK.model_copy(update={'crs': 'EPSG:9209'}), locality)
    assert present(report.diff).added == count_changes(ChangeQuery(number)) == 1
