"""What two deliveries changed, counted by hand on two squares and by SQL on the demo."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError, http_status
from dothi.core.layer import Audience
from dothi.core.layer_source import BadTime
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.report.model import Report
from processes.compare_releases import Inputs, NoHistory
from processes.data import Data
from processes.reading.layers import NothingThen
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import validate_inputs
from processes.registry import find_process
from tests.matrix import thorough
from tests.present import present
from tests.processes.conftest import ORIGIN, commune
from tests.processes.town import Loader

# Two squares of 1 km side by side.
ZONES = {'1': (0, 0, 1000, 1000), '2': (1000, 0, 2000, 1000)}
STAYS = [(100, 100), (500, 100), (900, 100)]
BEFORE = {
    'a': (STAYS, 'Old name'),
    # counted by the vertex in the middle, in the west; 500 m on each side
    'b': ([(500, 500), (900, 500), (1500, 500)], None),
    'c': ([(1200, 200), (1500, 200), (1800, 200)], None),
    'd': ([(100, 900), (200, 900), (300, 900)], 'D'),
    # half of a road along the border belongs to each side
    'e': ([(1000, 600), (1000, 700), (1000, 800)], None),
}
AFTER = {
    'a': (STAYS, 'New name'),
    'b': ([(700, 500), (1200, 500), (1700, 500)], None),
    'd': BEFORE['d'],
    'e': BEFORE['e'],
    'f': ([(1500, 800), (1600, 800), (1700, 800)], None),
}


def moment() -> str:
    return datetime.now(UTC).isoformat()


@pytest.fixture
def send(tmp_path: Path, locality: Locality) -> Iterator[Callable[..., Report]]:
    """Delivers roads, given by code as (line, name), as an agency would."""

    def send_(
        roads: Mapping[str, tuple[list[tuple[float, float]], str | None]], shift: tuple[float, float] = ORIGIN
    ) -> Report:
        features = [
            {
                'type': 'Feature',
                'properties': {'MA_DUONG': code, 'TEN_DUONG': name, 'CAP_DUONG': 'commune'},
                'geometry': {'type': 'LineString', 'coordinates': [(x + shift[0], y + shift[1]) for x, y in line]},
            }
            for code, (line, name) in roads.items()
        ]
        crs = {'type': 'name', 'properties': {'name': 'urn:ogc:def:crs:EPSG::9209'}}
        file = tmp_path / f'{moment()}.geojson'
        file.write_text(json.dumps({'type': 'FeatureCollection', 'crs': crs, 'features': features}))
        return deliver(file, DeliveryOptions(layer='roads', accept_loss=True), locality)

    yield send_
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('update catalog.release set delivery_id = null; delete from catalog.delivery')


@pytest.fixture
def zones(loader: Loader) -> None:
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in ZONES.items()])


@pytest.fixture
def between(zones: None, send: Callable[..., Report]) -> str:
    """A moment after the first of two deliveries and before the second."""
    send(BEFORE)
    at = moment()
    send(AFTER)
    return at


def compare(
    locality: Locality, audience: Audience = 'public', layer: str | dict[str, Any] = 'roads', **inputs: str
) -> dict[str, Any]:
    asked = validate_inputs(Inputs, {'layer': layer, **inputs})
    with connection(READERS[audience]) as db:
        data = Data(db, locality, audience, request_layers=store_request_layers(db, asked, locality))
        return find_process('compare-releases', audience).run(asked, data, lambda share, doing: None)


def rows(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {feature['id']: feature['properties'] for feature in answer['features']}


def test_every_change_is_counted_once_in_its_zone(between: str, locality: Locality) -> None:
    """a has another name, b moved east, c is gone, f came; d and e are as they were. Kilometres are cut at the border.

    On the border, e counts in the zone with the lower code, and 0.1 of its 0.2 km in each.
    """
    answer = compare(locality, before=between)
    west, east = rows(answer)['1'], rows(answer)['2']
    common = ('before', 'after', 'added', 'removed', 'changed', 'changed_values', 'changed_geometry')
    assert [west[name] for name in common] == [4, 3, 0, 0, 1, 1, 0]
    assert [east[name] for name in common] == [1, 2, 1, 1, 1, 0, 1]
    assert [(row['moved_in'], row['moved_out']) for row in (west, east)] == [(0, 1), (1, 0)]
    lengths = ('before_km', 'after_km', 'added_km', 'removed_km')
    assert [west[name] for name in lengths] == pytest.approx([0.8 + 0.5 + 0.2 + 0.1, 0.8 + 0.3 + 0.2 + 0.1, 0, 0])
    assert [east[name] for name in lengths] == pytest.approx([0.5 + 0.6 + 0.1, 0.7 + 0.2 + 0.1, 0.2, 0.6])


def test_the_whole_is_told_with_releases_and_columns(between: str, locality: Locality) -> None:
    summary = compare(locality, before=between)['summary']
    assert (summary['features_before'], summary['features_after']) == (5, 5)
    assert (summary['added'], summary['removed'], summary['changed']) == (1, 1, 2)
    assert summary['changed_by_column'] == {'name': 1}
    assert (summary['before_km'], summary['after_km']) == (2.8, 2.4)
    assert summary['release_before'] + 1 == summary['release_after'] == summary['releases']['roads']


def test_the_other_way_round_what_came_went(between: str, send: Callable[..., Report], locality: Locality) -> None:
    """Delivered once more as at first: from the second state to the third is the way back."""
    middle = moment()
    send(BEFORE)
    there = rows(compare(locality, before=between, after=middle))
    back = rows(compare(locality, before=middle))
    for code in ZONES:
        assert (there[code]['added'], there[code]['moved_in']) == (back[code]['removed'], back[code]['moved_out'])
        assert (there[code]['after_km'], there[code]['added_km']) == (back[code]['before_km'], back[code]['removed_km'])
    assert compare(locality, before=between)['summary']['changed'] == 0


def test_features_balance_in_every_zone(between: str, locality: Locality) -> None:
    for row in rows(compare(locality, before=between)).values():
        assert row['after'] == row['before'] + row['added'] - row['removed'] + row['moved_in'] - row['moved_out']


def test_before_the_first_release_everything_is_new(between: str, locality: Locality) -> None:
    answer = compare(locality, before='2000-01-01')
    assert (answer['summary']['added'], answer['summary']['release_before']) == (5, None)
    assert 'first release' in answer['summary']['caveats'][0]['en']


def test_what_passes_the_filter_no_more_is_removed(between: str, locality: Locality) -> None:
    answer = compare(locality, before=between, filter="name = 'Old name'")
    assert (answer['summary']['removed'], answer['summary']['features_before']) == (1, 1)


def test_what_lies_in_no_zone_is_told_of(zones: None, send: Callable[..., Report], locality: Locality) -> None:
    send({'a': (STAYS, None), 'far': ([(5000, 5000), (5100, 5000), (5200, 5000)], None)})
    answer = compare(locality, before='2000-01-01')
    assert answer['summary']['outside_zones']['added'] == 1
    assert answer['summary']['added'] == 2
    assert sum(row['added'] for row in rows(answer).values()) == 1


def test_units_are_compared_by_code_through_their_validity(loader: Loader, locality: Locality) -> None:
    """On 2024-09-01 unit 1 grew by unit 2, which ended; both versions of 1 are one unit that changed.

    The border of unit 3, which is as it was, only begins at another point.
    """
    small, large = (
        shapely.MultiPolygon([shapely.box(0, 0, 100, 100)]),
        shapely.MultiPolygon([shapely.box(0, 0, 200, 100)]),
    )
    same = shapely.affinity.translate(small, 0, 500)
    ended, begun = {'valid_to': '2024-09-01'}, {'valid_from': '2024-09-01'}
    loader.load(
        'communes',
        [
            (small, commune('1') | ended),
            (shapely.affinity.translate(small, 100), commune('2') | ended),
            (large, commune('1') | begun),
            (same, commune('3') | ended),
            (
                shapely.MultiPolygon([shapely.Polygon([(100, 600), (0, 600), (0, 500), (100, 500)])]),
                commune('3') | begun,
            ),
        ],
    )
    answer = compare(locality, layer='communes', before='2024-08-31', after='2024-09-01')
    summary = answer['summary']
    assert (summary['added'], summary['removed'], summary['changed_geometry'], summary['changed_values']) == (
        0,
        1,
        1,
        0,
    )
    assert summary['changed'] == 1
    assert (summary['before_ha'], summary['after_ha']) == (3, 3)
    assert rows(answer)['1']['after_ha'] == 1


@pytest.mark.parametrize(
    ('change', 'error', 'says'),
    [
        ({'before': '2024-13-01'}, BadTime, '2024-13-01'),
        ({'before': '2024-08-31', 'after': '2024-08-01'}, BadTime, 'earlier'),
        ({'before': '..'}, BadTime, 'datetime'),
        ({'layer': {'collection': 'roads', 'datetime': '2024-08-31'}}, NoHistory, 'before and after'),
        ({'layer': {'type': 'FeatureCollection', 'features': []}}, NoHistory, 'history'),
        ({'filter': "code = 'none'"}, NothingThen, 'roads'),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_with_the_reason(
    between: str, locality: Locality, change: dict[str, Any], error: type[DothiError], says: str
) -> None:
    with pytest.raises(error, match=says) as refused:
        compare(locality, **({'before': between} | change))
    assert http_status(refused.value) in (400, 422)


# What each feature was and is, the zone of each by the point on it, and the lengths cut by the zones.
BY_HAND = """
with was as materialized (
    select id, name, surface, width_m, geom from history.roads where release_from <= %(r)s and release_to > %(r)s
    union all select id, name, surface, width_m, geom from layer.roads where release_from <= %(r)s
),
zone as materialized (
    select code, geom from layer.districts
    where valid_from <= '2024-08-31' and (valid_to is null or valid_to > '2024-08-31')
),
old as (select was.*, (select min(code) from zone where st_intersects(zone.geom, st_pointonsurface(was.geom))) as zone
        from was),
new as (select r.id, r.name, r.surface, r.width_m, r.geom,
            (select min(code) from zone where st_intersects(zone.geom, st_pointonsurface(r.geom))) as zone
        from layer.roads r),
told as (
    select new.zone, 1 as added, 0 as removed, 0 as changed from new where id not in (select id from old)
    union all select old.zone, 0, 1, 0 from old where id not in (select id from new)
    union all select new.zone, 0, 0, 1 from new join old using (id)
        where (new.name, new.surface, new.width_m) is distinct from (old.name, old.surface, old.width_m)
            or st_astext(new.geom, 15) <> st_astext(old.geom, 15)
),
km as (
    select code, sum(metres) filter (where side = 'was') / 1000 as was,
        sum(metres) filter (where side = 'is') / 1000 as now
    from (select 'was' as side, geom from was union all select 'is', geom from layer.roads) roads
    join zone on st_intersects(roads.geom, zone.geom)
    -- to cut each road, also those inside, takes four times as long
    cross join lateral (select st_length(case when st_covers(zone.geom, roads.geom) then roads.geom
        else st_intersection(roads.geom, zone.geom) end) as metres) piece
    group by code
)
select zone.code, coalesce(sum(added), 0), coalesce(sum(removed), 0), coalesce(sum(changed), 0),
    coalesce(min(km.was), 0), coalesce(min(km.now), 0)
from zone left join told on told.zone = zone.code left join km on km.code = zone.code group by zone.code
"""


@thorough
def test_the_demo_against_sql_by_hand(
    province_database: dict[str, str], send: Callable[..., Report], locality: Locality
) -> None:
    """Every fourth of the demo's roads sent again: of these, each tenth left out, each seventh moved, each eleventh
    renamed.
    """
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('delete from layer.roads where id % 4 <> 0')
        # what is sent has neither surface nor width, so roads that had one have changed
        cursor.execute('select code, st_asbinary(geom), name from layer.roads order by id')
        roads = [(code, shapely.from_wkb(bytes(wkb)), name) for code, wkb, name in cursor.fetchall()]
        cursor.execute("select current_release from catalog.layer where id = 'roads'")
        release = present(cursor.fetchone())[0]
    at = moment()
    sent = {
        code: ([(x + 30 * (n % 7 == 0), y) for x, y in line.coords], 'Renamed' if n % 11 == 0 else name)
        for n, (code, line, name) in enumerate(roads)
        if n % 10
    }
    send(sent | {'NEW': ([(570_000, 2_240_000), (570_100, 2_240_000)], None)}, shift=(0, 0))
    answer = compare(locality, before=at, zones='districts')
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(BY_HAND, {'r': release})
        by_hand = {code: figures for code, *figures in cursor.fetchall()}
    assert len(by_hand) == 10
    assert answer['summary']['added'] == 1
    names = ('added', 'removed', 'changed', 'before_km', 'after_km')
    found = {code: [row[name] for name in names] for code, row in rows(answer).items()}
    for code, figures in by_hand.items():
        assert found[code][:3] == figures[:3], code
        # by hand a road along a border counts in full on both sides
        assert found[code][3:] == pytest.approx(figures[3:], abs=0.05), code
