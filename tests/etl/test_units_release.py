"""Units through time in the database: what a migrate fills, and releases of one state that leave the others alone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from psycopg2 import sql
from psycopg2.sql import Composed
from shapely.geometry.base import BaseGeometry

from demo.sent import DemoFile
from dothi.core.database import connection
from dothi.core.layer_source import day, source
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.unit_crosswalk import NoUnitsThen
from dothi.local.demo import demo_options
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.reference import released_units
from etl.unit_outlines import NothingToDeriveFrom, derive
from tests.conftest import building_template, fresh
from tests.databases import Instance
from tests.matrix import thorough
from tests.present import present

TIMES = {'2021-01-01': (10, 226), '2024-08-31': (10, 226), '2024-10-01': (9, 175), '2025-08-01': (0, 57)}


@pytest.fixture(scope='module')
def unit_files(demo_files: list[DemoFile]) -> list[DemoFile]:
    return [file for file in demo_files if file.layer in ('districts', 'communes')]


@pytest.fixture(scope='module')
def units_template(
    instance: Instance,
    template: str,
    locality: Locality,
    unit_files: list[DemoFile],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """Name of a database with the demo's five files of units."""
    name = 'template_units'
    with building_template(instance, name, template, tmp_path_factory.mktemp('units')):
        reports = [deliver(file.path, demo_options(file), locality) for file in unit_files]
    assert [report.verdict for report in reports] == ['accepted'] * 5
    return name


@pytest.fixture
def delivered(
    instance: Instance, units_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The test's own database with the demo's units in it."""
    yield from fresh(instance, units_template, tmp_path, monkeypatch)


def ask(query: str | Composed, *values: object) -> list[Any]:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def in_force(locality: Locality, layer: str, on: str) -> dict[str, float]:
    """Codes and areas in km2 of what a reader gets for a day."""
    rows = source(locality.layers[layer], locality, 'public', day(date.fromisoformat(on)))
    areas: list[tuple[str, float]] = ask(sql.SQL('select code, st_area(geom) / 1e6 from {} as f').format(rows))
    return dict(areas)


def test_a_migrate_fills_the_units_and_a_second_one_changes_nothing(
    database: dict[str, str], locality: Locality
) -> None:
    """As the files say: versions, steps, and the shares of each state in the next one, which add up to all of it."""
    assert migrate(locality).empty
    assert ask("select count(*) from unit.in_force('commune', '2024-10-01')") == [(175,)]
    assert ask("select count(*), count(to_code) from unit.lineage where level = 'district'") == [(11, 2)]
    shares = ask('select from_date, count(*), sum(share), bool_or(estimated) from unit.crosswalk group by 1, level')
    assert sorted(shares) == [
        (date(2004, 7, 8), 10, 10, False), (date(2020, 3, 1), 226, 226, False), (date(2024, 9, 1), 175, 175, False),
    ]  # fmt: skip
    assert ask("select unit.state_of('commune', '2024-08-31')") == [(date(2020, 3, 1),)]


def test_a_census_corrected_in_the_file_reaches_the_database(database: dict[str, str], locality: Locality) -> None:
    """Somebody's hand in the table is undone by the next migrate, which says so."""
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute("update unit.version set population = 1 where code = '366'")
    assert migrate(locality, dry_run=True).units == ['unit.version: 469 → 469']
    assert migrate(locality).units == ['unit.version: 469 → 469']
    assert ask("select population from unit.version where code = '366'") == [(262_901,)]
    assert migrate(locality).empty


def test_each_day_shows_the_units_of_its_state_and_the_same_ground(
    delivered: dict[str, str], locality: Locality
) -> None:
    """Counts of all three states; the province is as large after each merger as before, to the square metre."""
    for on, counts in TIMES.items():
        found = [in_force(locality, layer, on) for layer in ('districts', 'communes')]
        assert tuple(map(len, found)) == counts
        assert sum(found[1].values()) == pytest.approx(sum(in_force(locality, 'communes', '2024-08-31').values()))


def test_a_merged_ward_is_the_union_of_its_parts(delivered: dict[str, str], locality: Locality) -> None:
    """Trần Tế Xương, Vị Hoàng and Vị Xuyên of 2020 went into Vị Xuyên of 2024, which took the code of the first."""
    before, after = (in_force(locality, 'communes', on) for on in ('2024-08-31', '2024-09-01'))
    assert after['13636'] == pytest.approx(before['13636'] + before['13639'] + before['13642'])


def test_shares_by_area_agree_with_the_lineage(delivered: dict[str, str]) -> None:
    """Outlines and files tell the same: every commune of 2020 lies whole in the one that it went into."""
    columns = ('communes', 'code', 'valid_from', 'valid_to')
    drawn = ask('select * from unit.crosswalk_by_area(%s, %s, %s, %s, %s, %s)', *columns, '2020-03-01', '2024-09-01')
    stated = ask("select from_code, to_code, share from unit.crosswalk where from_date = '2020-03-01'")
    assert {(a, b): share for a, b, share in drawn} == pytest.approx({(a, b): share for a, b, share in stated})


def test_a_state_sent_again_leaves_the_others_alone(
    delivered: dict[str, str], locality: Locality, unit_files: list[DemoFile]
) -> None:
    """A file speaks for its own time: replacing the communes of the reference date closes none of 2024 and 2025."""
    communes = next(file for file in unit_files if file.layer == 'communes' and file.as_of is None)
    options = demo_options(communes).model_copy(update={'note': 'again'})
    assert present(deliver(communes.path, options, locality).diff).closed == 0
    assert [len(in_force(locality, 'communes', on)) for on in TIMES] == [226, 226, 175, 57]


@thorough
def test_real_outlines_of_one_state_leave_the_drawn_ones_of_the_others(
    delivered: dict[str, str], locality: Locality, unit_files: list[DemoFile]
) -> None:
    """No day is left without units; those that are drawn stay marked as a demonstration."""
    communes = next(file for file in unit_files if file.layer == 'communes' and file.as_of is None)
    options = demo_options(communes).model_copy(update={'origin': 'delivery'})
    report = deliver(communes.path, options, locality)
    assert (present(report.diff).changed, present(report.diff).closed) == (226, 0)
    assert [len(in_force(locality, 'communes', on)) for on in TIMES] == [226, 226, 175, 57]
    assert ask('select demo, demo_rows from catalog.release where number = %s', report.release) == [(False, 175 + 57)]


def later_communes(unit_files: list[DemoFile]) -> DemoFile:
    return next(file for file in unit_files if file.layer == 'communes' and file.as_of == date(2025, 7, 1))


@thorough
def test_a_state_sent_without_its_day_is_taken_for_that_of_its_rows(
    delivered: dict[str, str], locality: Locality, unit_files: list[DemoFile]
) -> None:
    """The communes of 2025, sent without --as-of: they replace none of 2020, and no name is taken for a wrong one."""
    report = deliver(later_communes(unit_files).path, DeliveryOptions(layer='communes'), locality)
    assert (report.verdict, report.as_of) == ('accepted', date(2025, 7, 1))
    assert (present(report.diff).changed, present(report.diff).closed) == (57, 0)
    assert report.rows.by_code == {}
    assert [len(in_force(locality, 'communes', on)) for on in TIMES] == [226, 226, 175, 57]
    assert ask('select as_of from catalog.delivery where id = %s', report.delivery) == [(date(2025, 7, 1),)]
    assert ask('select as_of from catalog.release where number = %s', report.release) == [(date(2025, 7, 1),)]


@thorough
def test_the_report_says_what_the_day_of_the_map_does_not_show(
    delivered: dict[str, str], locality: Locality, unit_files: list[DemoFile]
) -> None:
    options = DeliveryOptions(layer='communes', dry_run=True)
    later = deliver(later_communes(unit_files).path, options, locality)
    (note,) = [note for note in later.notes if '2024-08-31' in note.en]
    assert '/api/collections/communes/map?datetime=2025-07-01' in note.en
    assert 'đang hiện ngày 31/08/2024' in note.vi
    told_day = deliver(
        later_communes(unit_files).path, options.model_copy(update={'as_of': date(2025, 8, 1)}), locality
    )
    assert [note for note in told_day.notes if '2024-08-31' in note.en] == [note]
    now = next(file for file in unit_files if file.layer == 'communes' and file.as_of is None)
    assert [note for note in deliver(now.path, options, locality).notes if '2024-08-31' in note.en] == []


def test_references_are_the_units_of_the_deliverys_day(delivered: dict[str, str], locality: Locality) -> None:
    """--as-of picks them; a level that is abolished by then is no reference, not an empty one."""
    with connection('loader') as db:
        found = {
            on: [(u.layer.id, len(u.codes)) for u in released_units(db, locality, date.fromisoformat(on))]
            for on in TIMES
        }
    assert found['2021-01-01'] == [('districts', 10), ('communes', 226)]
    assert found['2024-10-01'] == [('districts', 9), ('communes', 175)]
    assert found['2025-08-01'] == [('communes', 57)]


@pytest.fixture
def only_the_old(database: dict[str, str], locality: Locality, unit_files: list[DemoFile]) -> None:
    """The districts and communes of the reference date, delivered by the office itself."""
    now = [file for file in unit_files if file.as_of is None]
    for file in now:
        deliver(file.path, demo_options(file).model_copy(update={'origin': 'delivery'}), locality)


@thorough
def test_later_outlines_are_derived_from_the_old_ones_as_a_delivery(
    only_the_old: None, locality: Locality, delivered_later: dict[str, dict[str, float]]
) -> None:
    """No open data has the communes of 2024 and 2025: their outlines are unions, and the release says so."""
    assert in_force(locality, 'communes', '2024-10-01') == {}
    report = derive(locality, 'commune', date(2024, 10, 1))
    assert (report.verdict, report.rows.good, present(report.diff).closed) == ('accepted', 175, 0)
    assert in_force(locality, 'communes', '2024-10-01') == pytest.approx(delivered_later['communes_2024-09-01'])
    (kept,) = ask('select origin, as_of, note from catalog.release where number = %s', report.release)
    assert kept[:2] == ('delivery', date(2024, 9, 1))
    assert 'derived from the outlines of 2020-03-01' in kept[2]


@pytest.fixture
def delivered_later(unit_files: list[DemoFile]) -> dict[str, dict[str, float]]:
    """Area in km2 by code, as drawn, of the communes in each later file."""
    later = [file.path for file in unit_files if file.as_of and file.layer == 'communes']
    return {path.stem: {code: shape.area / 1e6 for code, shape in read_units(path)} for path in later}


def read_units(path: Path) -> Iterator[tuple[str, BaseGeometry]]:
    meta, _, wkb, columns = pyogrio.raw.read(str(path))
    codes = columns[list(meta['fields']).index('MA_XA')]
    return zip(codes, shapely.from_wkb(wkb), strict=True)


@thorough
def test_a_state_after_the_next_is_derived_from_the_newest_that_is_known(
    only_the_old: None, locality: Locality, delivered_later: dict[str, dict[str, float]]
) -> None:
    """57 communes straight from the 226, as nothing is known of the 175; the second time there is nothing new."""
    report = derive(locality, 'commune', date(2025, 7, 1))
    assert present(report.diff).added == 57
    assert in_force(locality, 'communes', '2025-08-01') == pytest.approx(delivered_later['communes_2025-07-01'])
    assert derive(locality, 'commune', date(2025, 12, 31)).unchanged


@thorough
def test_only_the_district_that_grew_gets_a_new_outline(only_the_old: None, locality: Locality) -> None:
    """356 takes in 358 on 2024-09-01; the other eight are the versions that they were."""
    report = derive(locality, 'district', date(2024, 9, 1))
    assert (present(report.diff).added, present(report.diff).changed, present(report.diff).closed) == (1, 0, 0)
    before, after = (in_force(locality, 'districts', on) for on in ('2024-08-31', '2024-09-01'))
    assert after['356'] == pytest.approx(before['356'] + before['358'])


@thorough
def test_outlines_derived_from_demonstration_data_are_demonstration_data(
    database: dict[str, str], locality: Locality, unit_files: list[DemoFile]
) -> None:
    """Nothing becomes real by being united."""
    old = next(file for file in unit_files if file.layer == 'communes' and file.as_of is None)
    deliver(old.path, demo_options(old), locality)
    report = derive(locality, 'commune', date(2024, 9, 1))
    assert ask('select origin, demo_rows from catalog.release where number = %s', report.release) == [('demo', 401)]


def test_without_older_outlines_nothing_is_derived(database: dict[str, str], locality: Locality) -> None:
    """Nor for a day on which the level has no units."""
    with pytest.raises(NothingToDeriveFrom, match='2024-09-01'):
        derive(locality, 'commune', date(2024, 9, 1))
    with pytest.raises(NoUnitsThen):
        derive(locality, 'district', date(2025, 8, 1))


@thorough
def test_what_is_lost_is_judged_by_the_state_that_was_sent(
    only_the_old: None, locality: Locality, unit_files: list[DemoFile], tmp_path: Path
) -> None:
    """12 of 226 communes are over the layer's 5 %, and would be 3 % of the 401 of both states."""
    derive(locality, 'commune', date(2024, 9, 1))
    whole = next(file.path for file in unit_files if file.layer == 'communes' and file.as_of is None)
    meta, _, wkb, columns = pyogrio.raw.read(str(whole))
    part, fields = tmp_path / 'communes.gpkg', np.array(meta['fields'], dtype=object)
    data = [column[12:] for column in columns]
    pyogrio.raw.write(str(part), wkb[12:], data, fields, driver='GPKG', geometry_type='MultiPolygon', crs='EPSG:9209')
    report = deliver(part, DeliveryOptions(layer='communes'), locality)
    assert (report.verdict, present(report.diff).closed) == ('undecided', 12)
