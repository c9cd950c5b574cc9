"""Two releases compared: every feature that differs is told once, with its old and new place and values."""

import json
from pathlib import Path

import fiona
import pytest
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.compare.changes import Change, NoSuchRelease, changes
from etl.compare.comparison import counted
from tests.etl.conftest import Agency, Send
from tests.present import present


@pytest.fixture
def two(agency: Agency, send: Send) -> tuple[int, int]:
    """Releases 1 and 2: `a` stays, `b` gets other places, `c` moves 30 m east and 40 m north, `d` goes, `e` comes."""
    rows = {code: (agency.school(code), agency.point(100 * i)) for i, code in enumerate('abcd')}
    first = send(agency.geojson('1.geojson', list(rows.values())), 'schools')
    rows['b'] = (agency.school('b', SO_CHO=410, TEN_TRUONG='<b>'), agency.point(100))
    rows['c'] = (agency.school('c'), agency.point(230, 40))
    del rows['d']
    rows['e'] = (agency.school('e'), agency.point(900))
    second = send(agency.geojson('2.geojson', list(rows.values())), 'schools', accept_loss=True)
    return present(first.release), present(second.release)


def found(locality: Locality, before: int, after: int) -> list[Change]:
    with connection('loader') as db:
        return list(changes(db, locality.layer('schools'), before, after))


def test_each_difference_is_told_once_with_both_sides(two: tuple[int, int], locality: Locality) -> None:
    told = {present(one.new or one.old).values['code']: one for one in found(locality, *two)}
    assert {code: one.kind for code, one in told.items()} == {
        'b': 'changed', 'c': 'changed', 'd': 'removed', 'e': 'added',
    }  # fmt: skip
    assert told['b'].columns == ['name', 'places']
    assert (present(told['b'].old).values['places'], present(told['b'].new).values['places']) == (400, 410)
    assert told['b'].moved_m is None
    assert told['c'].columns == []
    assert told['c'].moved_m == pytest.approx(50)


def test_the_other_way_round_what_came_goes(two: tuple[int, int], locality: Locality) -> None:
    there = counted(locality.layer('schools'), *two, found(locality, *two))
    newer, older = reversed(two)
    back = counted(locality.layer('schools'), newer, older, found(locality, newer, older))
    assert (there.added, there.removed, there.changed, there.moved) == (1, 1, 2, 1)
    assert (back.added, back.removed, back.changed, back.moved) == (1, 1, 2, 1)
    assert {one.kind for one in found(locality, newer, older) if one.id == _id(locality, two, 'e')} == {'removed'}


def _id(locality: Locality, two: tuple[int, int], code: str) -> int:
    return next(one.id for one in found(locality, *two) if one.new and one.new.values['code'] == code)


def test_what_came_and_went_in_between_is_no_difference(
    two: tuple[int, int], agency: Agency, send: Send, locality: Locality
) -> None:
    """The third release is as the first: only history saw the second."""
    rows = [(agency.school(code), agency.point(100 * i)) for i, code in enumerate('abcd')]
    third = send(agency.geojson('3.geojson', rows), 'schools', accept_loss=True)
    # the row that went and came again is equal, so nothing differs
    comparison = counted(
        locality.layer('schools'), two[0], present(third.release), found(locality, two[0], present(third.release))
    )
    assert (comparison.added, comparison.removed, comparison.changed, comparison.moved) == (0, 0, 0, 0)


def test_the_command_writes_a_geopackage_and_a_page(two: tuple[int, int], tmp_path: Path) -> None:
    gpkg, html = tmp_path / 'diff.gpkg', tmp_path / 'diff.html'
    shown = CliRunner().invoke(app, ['diff', 'schools', '--gpkg', str(gpkg), '--html', str(html), '--json'])
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout) == {
        'layer': 'schools', 'before': two[0], 'after': two[1], 'added': 1, 'removed': 1, 'changed': 2,
        'moved': 1, 'moved_m_max': 50.0, 'by_column': {'name': 1, 'places': 1},
    }  # fmt: skip
    assert fiona.listlayers(gpkg) == ['added', 'removed', 'changed', 'moved']
    with fiona.open(gpkg, layer='moved') as moved:
        ((start, end),) = [row.geometry.coordinates for row in moved]
        assert (end[0] - start[0], end[1] - start[1]) == pytest.approx((30, 40))
    with fiona.open(gpkg, layer='changed') as changed:
        (row,) = [row.properties for row in changed if row.properties['code'] == 'b']
        assert (row['places'], row['was_places'], row['changed']) == (410, 400, 'name, places')
    text = html.read_text(encoding='utf-8')
    assert '&lt;b&gt;' in text
    assert '<b>' not in text
    assert text.count('class="added"') == 1


def test_a_release_of_another_layer_is_refused(two: tuple[int, int], locality: Locality) -> None:
    with pytest.raises(NoSuchRelease, match='999'):
        found(locality, two[0], 999)


def test_one_release_alone_has_nothing_to_be_compared_with(agency: Agency, send: Send) -> None:
    send(agency.schools('a'), 'schools')
    shown = CliRunner().invoke(app, ['diff', 'schools', '--json'])
    assert isinstance(shown.exception, NoSuchRelease)


def test_a_change_is_told_in_words_not_in_codes(agency: Agency, send: Send, tmp_path: Path) -> None:
    """A page for people: the level by its title, places with the point that Vietnamese puts between thousands."""
    send(agency.geojson('1.geojson', [(agency.school('a', SO_CHO=900), agency.point())]), 'schools')
    changed = agency.school('a', SO_CHO=1200, CAP_HOC='high')
    send(agency.geojson('2.geojson', [(changed, agency.point())]), 'schools')
    html = tmp_path / 'diff.html'
    CliRunner().invoke(app, ['diff', 'schools', '--html', str(html)])
    text = html.read_text(encoding='utf-8')
    assert 'Trung học phổ thông' in text
    assert 'Upper secondary' in text
    assert '1.200' in text
    assert '1,200' in text
    assert '>primary' not in text
