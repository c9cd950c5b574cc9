"""Indicators of a town small enough to be worked out by hand: read, judged, kept, compared with an earlier period."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from dothi.cli.indicators import check
from dothi.core.catalog import current_releases
from dothi.core.clock import today
from dothi.core.database import connection
from dothi.core.errors import http_status
from dothi.core.indicator_set import BadIndicatorFile
from dothi.core.locality import Locality, load_locality
from processes.data import Data
from processes.evaluation.period import BadPeriod
from processes.evaluation.units import NoUnits, read_units
from processes.indicators import Inputs, SetUnseen
from processes.reading.layers import NotDelivered
from processes.reading.unit_layers import UnknownLevel
from processes.registry import find_process
from tests.nam_dinh import whole_copy
from tests.processes.town import Loader, Town

# Two wards of the city (356), each 1 km square, and a commune of another district (366), 2 km wide, south of both.
WEST, EAST, SOUTH = '13639', '13642', '14224'
CITY, COUNTRY, PROVINCE = '356', '366', '36'
BOXES = {WEST: (0, 0, 1000, 1000), EAST: (1000, 0, 2000, 1000), SOUTH: (0, -1000, 2000, 0)}
# One road of 1.5 km across, of which 1 km is in the west, and one of 1 km along the border of the wards: half in each.
ROADS = [[(0, 500), (1500, 500)], [(1000, 0), (1000, 1000)]]
ROAD_KM = {WEST: 1.5, EAST: 1.0, SOUTH: 0, CITY: 2.5, COUNTRY: 0, PROVINCE: 2.5}
DENSITY = {WEST: 1.5, EAST: 1, SOUTH: 0, CITY: 1.25, COUNTRY: 0, PROVINCE: 0.625}
# Four people live in the west, six in the east, ten in the south; a park of 36 m² in the west is for the ten of the
# wards alone. The only station is 100 m from the home in the west, and farther than 800 m from the others.
HOMES, PEOPLE = [(450, 500), (1450, 500), (500, -500)], [4, 6, 10]
GREEN = {WEST: 9, EAST: 0, SOUTH: None, CITY: 3.6, COUNTRY: None, PROVINCE: 3.6}
GREEN_VERDICT = {WEST: 'met', EAST: 'not_met', SOUTH: None, CITY: 'not_met', COUNTRY: None, PROVINCE: 'not_met'}
SERVED = {WEST: 100, EAST: 0, SOUTH: 0, CITY: 40, COUNTRY: 0, PROVINCE: 20}

BOTH = {'vi': 'Thử', 'en': 'A test'}


def measure(sql: str, **more: Any) -> dict[str, Any]:
    return {'title': BOTH, 'unit': '1', 'sql': sql, **more}


def criterion(numerator: str, denominator: str | None = None, **more: Any) -> dict[str, Any]:
    told = {'title': BOTH, 'unit': '1', 'direction': 'higher', 'source': BOTH, 'numerator': numerator}
    return {**told, **({'denominator': denominator} if denominator else {}), **more}


PLACED = 'units u join buildings b on ST_Intersects(u.geom, b.geom)'
HOME = f'select u.code as unit, b.population as people, u.name from {PLACED}'
STATION = {
    'id': 'service-coverage',
    'inputs': {'facilities': 'health_facilities', 'distance_m': 800, 'mode': 'straight-line'},
}
TOWN: dict[str, Any] = {
    'id': 'town',
    'title': BOTH,
    'source': BOTH,
    'version': '7',
    'relations': {'homes': {'layers': ['buildings'], 'sql': HOME}},
    'measures': {
        'area_km2': measure(
            'select code as unit, ST_Area(geom) / {square_km} as value from units', values={'square_km': 1e6}
        ),
        'road_km': measure(
            'select u.code as unit, sum(unit.measure_inside(r.geom, u.geom)) / 1000 as value'
            ' from units u join roads r on ST_Intersects(u.geom, r.geom) group by 1',
            layers=['roads'],
        ),
        'green_m2': measure(
            'select u.code as unit, sum(ST_Area(p.geom)) as value'
            ' from units u join parks p on ST_Intersects(u.geom, p.geom) group by 1',
            layers=['parks'],
        ),
        'urban': measure(
            "select unit, sum(people) as value from homes where name like 'Phường%' group by 1", relations=['homes']
        ),
        'people': measure('select unit, sum(people) as value from homes group by 1', relations=['homes']),
        'served': {'title': BOTH, 'unit': '1', 'process': {**STATION, 'figure': 'population_covered'}},
    },
    'indicators': {
        'density': criterion('road_km', 'area_km2', decimals=3),
        'green': criterion('green_m2', 'urban', threshold=4),
        'served': criterion('served', 'people', factor=100, threshold=20),
    },
}  # fmt: skip


@pytest.fixture(scope='module')
def place(tmp_path_factory: pytest.TempPathFactory) -> Locality:
    """The locality with the town's set beside its own."""
    folder = tmp_path_factory.mktemp('place') / 'locality'
    whole_copy(folder)
    return load_locality(folder)


def write(place: Locality, **changes: Any) -> None:
    (place.path / 'indicators' / 'town.yml').write_text(yaml.safe_dump({**TOWN, **changes}), encoding='utf-8')


def outline(box: tuple[int, int, int, int]) -> MultiPolygon:
    return shapely.MultiPolygon([shapely.box(*box)])


def unit(code: str, parent: str) -> dict[str, str]:
    return {'code': code, 'name': code, 'parent_code': parent, 'valid_from': '2020-03-01'}


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader, place: Locality) -> Loader:
    write(place)
    parents = {WEST: CITY, EAST: CITY, SOUTH: COUNTRY}
    loader.load('communes', [(outline(box), unit(code, parents[code])) for code, box in BOXES.items()])
    wards = (0, 0, 2000, 1000)
    loader.load('districts', [(outline(wards), unit(CITY, '36')), (outline(BOXES[SOUTH]), unit(COUNTRY, '36'))])
    people_of(loader, HOMES, PEOPLE)
    loader.load(
        'roads', [(shapely.LineString(xy), {'code': f'R{i}', 'class': 'commune'}) for i, xy in enumerate(ROADS)]
    )
    loader.load('parks', [(outline((10, 10, 16, 16)), {'code': 'P', 'name': 'P', 'kind': 'park'})])
    station = {'code': 'S', 'name': 'S', 'kind': 'station'}
    loader.load('health_facilities', [(shapely.Point(550, 500), station)])
    return loader


def put(loader: Loader, layer: str, rows: Sequence[tuple[BaseGeometry, dict[str, Any]]], **more: bool) -> None:
    """The layer has these rows and no others."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(f'delete from layer.{layer}')
    loader.load(layer, rows, **more)


def people_of(loader: Loader, homes: list[tuple[int, int]], people: list[int]) -> None:
    rows = [
        (outline((x - 1, y - 1, x + 1, y + 1)), {'code': f'B{i}', 'use': 'residential', 'population': people[i]})
        for i, (x, y) in enumerate(homes)
    ]
    put(loader, 'buildings', rows)


def evaluate(place: Locality, tmp_path: Path, **inputs: Any) -> dict[str, Any]:
    """The answer of a run as a worker runs it: read-only, on the reader's role."""
    chosen = Inputs(set='town', **{'keep': False, **inputs})
    with connection('reader_internal') as db:
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        data = Data(db, place, 'internal', tmp_path)
        return find_process('indicators', 'internal').run(chosen, data, lambda share, doing: None)


def told(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return {feature['id']: feature['properties'].get(name) for feature in answer['features']}


def criterion_of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in answer['summary']['indicators'] if one['id'] == name)


def test_the_town_has_the_figures_worked_out_by_hand(town: Loader, place: Locality, tmp_path: Path) -> None:
    answer = evaluate(place, tmp_path)
    assert told(answer, 'density') == DENSITY
    assert told(answer, 'green') == GREEN
    assert told(answer, 'green_verdict') == GREEN_VERDICT
    assert told(answer, 'served') == SERVED
    assert told(answer, 'density_verdict') == dict.fromkeys(DENSITY)
    whole = criterion_of(answer, 'served')
    assert (whole['numerator'], whole['denominator'], whole['value'], whole['verdict']) == (4, 20, 20, 'met')
    assert criterion_of(answer, 'green')['units'] == {'met': 1, 'not_met': 2, 'not_shown': 0}
    assert answer['summary']['verdicts'] == {'met': 1, 'not_met': 1, 'not_shown': 0}


def test_every_verdict_names_the_releases_that_it_rests_on(town: Loader, place: Locality, tmp_path: Path) -> None:
    answer = evaluate(place, tmp_path)
    day = today(place.place.zone).isoformat()
    served = criterion_of(answer, 'served')['evidence']
    assert [proof['name'] for proof in served] == ['buildings', 'communes', 'health_facilities']
    with connection('admin') as db:
        numbers = {name: release.number for name, release in current_releases(db).items()}
    assert all(proof['release'] == numbers[proof['name']] for proof in served)
    assert {proof['delivered'] for proof in served} == {day}
    assert answer['summary']['releases'] == numbers
    assert answer['summary']['demo'] is False


def test_only_the_levels_that_were_asked_for_are_told(town: Loader, place: Locality, tmp_path: Path) -> None:
    """The sums are those of the communes all the same."""
    answer = evaluate(place, tmp_path, level='district')
    assert told(answer, 'density') == {code: DENSITY[code] for code in (PROVINCE, CITY, COUNTRY)}
    assert told(evaluate(place, tmp_path, level='province'), 'density') == {PROVINCE: DENSITY[PROVINCE]}


def test_the_figures_do_not_depend_on_the_order_of_the_rows(town: Loader, place: Locality, tmp_path: Path) -> None:
    before = evaluate(place, tmp_path)
    people_of(town, HOMES[::-1], PEOPLE[::-1])
    after = evaluate(place, tmp_path)
    assert [one['properties'] for one in after['features']] == [one['properties'] for one in before['features']]


def test_a_layer_without_a_release_shows_nothing(
    town: Loader, place: Locality, tmp_path: Path, one: Callable[..., Any]
) -> None:
    """Neither in a query nor in a process, and no figure of the others suffers."""
    one("update catalog.layer set current_release = null where id in ('parks', 'health_facilities') returning 1")
    measures = {**TOWN['measures'], 'served': {**TOWN['measures']['served'], 'layers': ['health_facilities']}}
    write(place, measures=measures)
    answer = evaluate(place, tmp_path)
    assert set(told(answer, 'green_verdict').values()) == {'not_shown'}
    assert set(told(answer, 'served_verdict').values()) == {'not_shown'}
    assert told(answer, 'density') == DENSITY
    missing = {'name': 'parks', 'demo': False, 'fault': 'missing'}
    assert missing in criterion_of(answer, 'green')['evidence']


def test_a_layer_past_its_update_cycle_shows_nothing(
    town: Loader, place: Locality, tmp_path: Path, one: Callable[..., Any]
) -> None:
    """Parks are updated every year."""
    one("update catalog.release set released_at = now() - interval '400 days' where layer_id = 'parks' returning 1")
    answer = evaluate(place, tmp_path)
    assert told(answer, 'green') == GREEN
    assert set(told(answer, 'green_verdict').values()) == {'not_shown'}
    assert {proof['name']: proof['fault'] for proof in criterion_of(answer, 'green')['evidence']}['parks'] == 'late'


def test_evidence_that_a_criterion_demands_beside_its_layers(town: Loader, place: Locality, tmp_path: Path) -> None:
    """Real data, a file of the locality, another layer."""

    def judged(**evidence: Any) -> str:
        indicators = {'density': criterion('road_km', 'area_km2', threshold=0, evidence=evidence)}
        write(place, indicators=indicators)
        return criterion_of(evaluate(place, tmp_path), 'density')['verdict']

    assert judged(real=True) == 'met'
    assert judged(files=['norms.csv']) == 'met'
    assert judged(files=['acceptance.pdf']) == 'not_shown'
    assert judged(layers=['schools']) == 'not_shown'
    roads = [(shapely.LineString(xy), {'code': f'R{i}', 'class': 'commune'}) for i, xy in enumerate(ROADS)]
    put(town, 'roads', roads, demo=True)
    assert judged() == 'met'
    assert judged(real=True) == 'not_shown'


@pytest.mark.parametrize(
    ('sql', 'said'),
    [
        ('select code as unit, nothing as value from units', 'column "nothing" does not exist'),
        ('select code as unit, 1 / 0 as value from units', 'division by zero'),
        ("select code || 'x' as unit, 1 as value from units", 'unit "13639x"'),
        ('select code as unit, 1 as value from units, (values (1), (2)) twice', 'told twice'),
        ('select code as unit, 1 as value from units; drop table catalog.agency', 'syntax error'),
        ("select code as unit, nextval('catalog.release_number_seq') as value from units", 'permission denied'),
        ('select id as unit, population as value from buildings', 'relation "buildings" does not exist'),
    ],
)
def test_a_formula_that_fails_names_the_set_the_measure_and_the_indicators(
    town: Loader, place: Locality, tmp_path: Path, sql: str, said: str
) -> None:
    write(place, measures={**TOWN['measures'], 'road_km': measure(sql)})
    with pytest.raises(BadIndicatorFile) as refused:
        evaluate(place, tmp_path)
    assert http_status(refused.value) == 400
    for text in ('indicators/town.yml, measures.road_km (density)', said):
        assert text in refused.value.text.en
        assert text in refused.value.text.vi


def test_a_figure_that_the_process_does_not_have_is_named(town: Loader, place: Locality, tmp_path: Path) -> None:
    served = {'title': BOTH, 'unit': '1', 'process': {**STATION, 'figure': 'covered'}}
    write(place, measures={**TOWN['measures'], 'served': served})
    with pytest.raises(BadIndicatorFile, match=r'measures\.served \(served\).*"covered".*share_covered'):
        evaluate(place, tmp_path)


def test_a_set_does_not_name_a_layer_that_somebody_does_not_see(town: Loader, place: Locality, tmp_path: Path) -> None:
    rest = {name: layer for name, layer in place.layers.items() if name != 'parks'}
    with pytest.raises(SetUnseen) as refused:
        evaluate(replace(place, layers=rest, unfiltered=place), tmp_path)
    assert http_status(refused.value) == 403
    assert 'parks' not in refused.value.text.vi + refused.value.text.en


def test_units_that_are_not_there_are_refused(
    town: Loader, place: Locality, tmp_path: Path, one: Callable[..., Any]
) -> None:
    with pytest.raises(UnknownLevel, match='commune'):
        evaluate(place, tmp_path, level='communes')
    with pytest.raises(NoUnits, match='1900'):
        evaluate(place, tmp_path, units_on='1900-01-01')
    with pytest.raises(BadPeriod, match='units_on'):
        evaluate(place, tmp_path, units_on='2025-02-30')
    with pytest.raises(NotDelivered, match='2025-08-01'):
        evaluate(place, tmp_path, units_on='2025-08-01')


def test_a_unit_without_an_outline_is_named(town: Loader, place: Locality, tmp_path: Path) -> None:
    """The register knows 226 communes of that day, the town has drawn three."""
    undrawn = evaluate(place, tmp_path)['summary']['units_without_outline']
    assert len(undrawn) == 226 - 3 + 10 - 2
    assert not {WEST, EAST, SOUTH, CITY, COUNTRY} & set(undrawn)


def test_the_whole_is_where_its_smallest_units_are(town: Loader, place: Locality) -> None:
    with connection('reader_internal') as db:
        units = read_units(Data(db, place, 'internal'), date(2024, 8, 31))
    (whole,) = units.of('province')
    assert shapely.from_wkb(whole.wkb).area == pytest.approx(4e6)
    assert units.parents == {PROVINCE: None, CITY: PROVINCE, COUNTRY: PROVINCE, WEST: CITY, EAST: CITY, SOUTH: COUNTRY}


def kept(one: Callable[..., Any], column: str, indicator: str = 'green', code: str = WEST) -> float | str | date | None:
    query = (
        f'select {column} from layer.indicator_values where indicator = %s and unit_code = %s order by period_from desc'
    )
    return one(query, [indicator, code])


@pytest.mark.own_database
def test_a_run_is_released_as_a_layer_and_recorded(
    town: Loader, place: Locality, tmp_path: Path, one: Callable[..., Any]
) -> None:
    answer = evaluate(place, tmp_path, keep=True, period_from='2026-01-01', period_to='2026-06-30')
    release = one("select current_release from catalog.layer where id = 'indicator_values'")
    assert answer['summary']['kept'] == {
        'run': one('select max(id) from indicator.run'),
        'layer': 'indicator_values',
        'release': release,
    }
    assert one('select count(*) from layer.indicator_values') == 3 * 6
    assert kept(one, 'value') == 9
    assert kept(one, 'verdict') == 'met'
    assert kept(one, 'period_until') == date(2026, 7, 1)
    assert kept(one, 'denominator', code=PROVINCE) == 10
    assert kept(one, "strpos(evidence, 'parks #') > 0") is True
    assert kept(one, 'value', code=SOUTH) is None
    assert one(
        'select ST_Area(geom) from layer.indicator_values where unit_code = %s limit 1', [PROVINCE]
    ) == pytest.approx(4e6)
    assert one('select release from indicator.run') == release
    assert one("select definition ->> 'version' from indicator.run") == '7'
    assert one("select evidence #>> '{density,0,name}' from indicator.run") == 'communes'


@pytest.mark.own_database
def test_the_same_values_again_make_no_new_release(
    town: Loader, place: Locality, tmp_path: Path, one: Callable[..., Any]
) -> None:
    period = {'period_from': '2026-01-01', 'period_to': '2026-06-30', 'keep': True}
    first, second = (evaluate(place, tmp_path, **period)['summary']['kept'] for _ in range(2))
    assert first['release'] == second['release']
    assert second['run'] == first['run'] + 1


@pytest.mark.own_database
def test_a_later_period_is_compared_with_the_one_before(
    town: Loader, place: Locality, tmp_path: Path, one: Callable[..., Any]
) -> None:
    """Two more people in the west: 6 m² each where it was 9. The first period keeps its values."""
    evaluate(place, tmp_path, keep=True, period_from='2026-01-01', period_to='2026-03-31')
    people_of(town, HOMES, [6, 6, 10])
    answer = evaluate(place, tmp_path, keep=True, period_from='2026-04-01', period_to='2026-06-30')
    green = criterion_of(answer, 'green')
    assert (green['value'], green['value_before'], green['trend']) == (3, 3.6, 'worse')
    assert criterion_of(answer, 'density')['trend'] == 'same'
    assert (kept(one, 'value'), kept(one, 'value_before'), kept(one, 'trend')) == (6, 9, 'worse')
    assert one("select count(*) from layer.indicator_values where period_until = '2026-04-01'") == 18
    again = evaluate(place, tmp_path, period_from='2026-01-01', period_to='2026-03-31')
    assert criterion_of(again, 'green')['value_before'] is None, 'a period is not compared with a later one'


@pytest.mark.own_database
def test_values_on_demonstration_data_are_a_demo_release(
    town: Loader, place: Locality, tmp_path: Path, one: Callable[..., Any]
) -> None:
    put(town, 'parks', [(outline((10, 10, 16, 16)), {'code': 'P', 'name': 'P', 'kind': 'park'})], demo=True)
    answer = evaluate(place, tmp_path, keep=True)
    assert answer['summary']['demo'] is True
    assert one("select origin from catalog.release where layer_id = 'indicator_values'") == 'demo'


def test_the_command_computes_every_formula_and_keeps_nothing(
    town: Loader,
    place: Locality,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    one: Callable[..., Any],
) -> None:
    monkeypatch.setenv('DOTHI_LOCALITY', str(place.path))
    check('town', as_json=True)
    (told_of,) = json.loads(capsys.readouterr().out)['sets']
    assert (told_of['id'], told_of['indicators'], told_of['measures'], told_of['thresholds']) == ('town', 3, 6, 2)
    assert one('select count(*) from indicator.run') == 0
    write(place, measures={**TOWN['measures'], 'road_km': measure('select nothing from units')})
    with pytest.raises(BadIndicatorFile, match=r'measures\.road_km'):
        check('town', as_json=True)
