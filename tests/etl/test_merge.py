"""Edits made since an agency's last delivery: merged with its next one column by column, or held for a person."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.layer import Checks
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.text import steward_advice
from etl.desk.conflicts import AlreadyDecided, NoConflict, Side, conflicts, decide
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.report.model import Report
from tests.conftest import Instance, fresh
from tests.etl.releasing import EAST, NORTH, TREES, edit, place, send, transaction
from tests.matrix import exhaustive, number_of_examples
from tests.present import present

KEYED = TREES.model_copy(update={'key': ['kind'], 'checks': Checks(lost_rows_share=1)})
# height, and how far east: the two things that anybody may change; None where there is no such feature
State = tuple[int | None, float] | None
STAYS = ('other', (1, 500.0))


@pytest.fixture(scope='module')
def place_of_trees(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Locality]:
    """A locality with the one layer `trees`, by key, on a database that this module's tests share."""
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, template, tmp_path_factory.mktemp('merge'), patch):
            made = dataclasses.replace(locality, layers={'trees': KEYED})
            migrate(made)
            yield made


def rows(state: State) -> list[tuple[dict[str, Any], Any]]:
    """A delivery of the tree in this state, and of another one that never changes."""
    trees = [STAYS, ('oak', state)] if state else [STAYS]
    return [({'kind': kind, 'height': height}, place(east, 0)) for kind, (height, east) in trees]


def now(db: Connection) -> State:
    with db.cursor() as cursor:
        cursor.execute("select height, st_x(geom) - %s from layer.trees where kind = 'oak'", [EAST])
        return cursor.fetchone()


def oak(db: Connection) -> int | None:
    with db.cursor() as cursor:
        cursor.execute("select id from layer.trees where kind = 'oak'")
        row = cursor.fetchone()
    return row[0] if row else None


def make(db: Connection, state: State) -> None:
    """An edit that brings the oak into this state."""
    number = oak(db)
    if state is not None:
        edit(db, KEYED, rows(state)[1:], [number])
    elif number is not None:
        edit(db, KEYED, [], [], [number])


def held(db: Connection) -> list[tuple[Any, ...]]:
    with db.cursor() as cursor:
        cursor.execute(
            "select columns, ours ->> 'height', theirs ->> 'height' from catalog.conflict where status = 'open'"
        )
        return cursor.fetchall()


def expected(base: State, ours: State, theirs: State) -> tuple[State, bool]:
    """What is served after the merge, and whether it waits for a person: the table of decision 0023, by hand."""
    if ours == base:
        return theirs, False
    if theirs in (base, ours):
        return ours, False
    if ours is None or theirs is None:
        return ours, True
    if base is None:
        return ours, True
    for before, edited, delivered in zip(base, ours, theirs, strict=True):
        if edited != before and delivered not in (before, edited):
            return ours, True
    height = theirs[0] if ours[0] == base[0] else ours[0]
    east = theirs[1] if ours[1] == base[1] else ours[1]
    return (height, east), False


states = st.none() | st.tuples(st.sampled_from([None, 1, 2, 3]), st.sampled_from([0.0, 1.0, 2.0]))


@settings(max_examples=number_of_examples(10, 80), deadline=None)
@given(states, states, states)
def test_every_combination_of_base_edit_and_delivery_follows_the_table(
    place_of_trees: Locality,
    base: tuple[int | None, float] | None,
    ours: tuple[int | None, float] | None,
    theirs: tuple[int | None, float] | None,
) -> None:
    with transaction() as db:
        send(db, KEYED, rows(base))
        before = oak(db)
        make(db, ours)
        send(db, KEYED, rows(theirs))
        served, waits = expected(base, ours, theirs)
        assert now(db) == served
        assert bool(held(db)) == waits
        if before is not None and served is not None:
            assert oak(db) == before, 'the key keeps its id'


@settings(max_examples=number_of_examples(4, 30), deadline=None)
@given(states, states, st.lists(states, min_size=2, max_size=4))
def test_an_edit_survives_any_number_of_deliveries_that_do_not_know_of_it(
    place_of_trees: Locality,
    base: tuple[int | None, float] | None,
    ours: tuple[int | None, float] | None,
    later: list[tuple[int | None, float] | None],
) -> None:
    """As the agency's word moves on, each delivery is merged against the one before it, and not against the first."""
    with transaction() as db:
        send(db, KEYED, rows(base))
        make(db, ours)
        said, served = base, ours
        for theirs in later:
            send(db, KEYED, rows(theirs))
            served, waits = expected(said, served, theirs)
            assert now(db) == served
            assert bool(held(db)) == waits
            if waits:  # and the base stays what it was until somebody decides
                return
            said = theirs


def test_both_sides_changes_come_together(place_of_trees: Locality) -> None:
    """The editor measured the height, the agency moved the tree."""
    with transaction() as db:
        send(db, KEYED, rows((1, 0.0)))
        make(db, (2, 0.0))
        outcome = send(db, KEYED, rows((1, 1.0)))
        assert now(db) == (2, 1.0)
    assert (outcome.diff.changed, outcome.diff.closed) == (1, 0)


def test_what_an_edit_added_is_not_lost_by_a_file_that_does_not_know_it(place_of_trees: Locality) -> None:
    with transaction() as db:
        send(db, KEYED, rows(None))
        make(db, (2, 0.0))
        outcome = send(db, KEYED, rows(None))
        assert now(db) == (2, 0.0)
    assert outcome.real_closed == 0, 'nor does it count as lost'


def test_the_delivery_after_one_that_took_the_edit_over_is_the_agencys_own(place_of_trees: Locality) -> None:
    with transaction() as db:
        for theirs in ((1, 0.0), None, (2, 0.0), (3, 0.0)):
            if theirs is None:
                make(db, (2, 0.0))
            else:
                send(db, KEYED, rows(theirs))
        assert now(db) == (3, 0.0)
        assert held(db) == []


def test_an_upsert_that_does_not_name_an_edited_feature_leaves_it(place_of_trees: Locality) -> None:
    with transaction() as db:
        send(db, KEYED, rows((1, 0.0)))
        make(db, (2, 0.0))
        send(db, KEYED, rows(None), mode='upsert')
        assert (now(db), held(db)) == ((2, 0.0), [])


def test_the_rest_of_a_delivery_is_released_while_a_row_waits(place_of_trees: Locality) -> None:
    with transaction() as db:
        send(db, KEYED, rows((1, 0.0)))
        make(db, (2, 0.0))
        outcome = send(db, KEYED, [*rows((3, 0.0)), ({'kind': 'elm', 'height': 9}, place(50, 0))])
        assert outcome.diff.added == 1
        assert held(db) == [(['height'], '2', '3')]
        send(db, KEYED, rows((4, 0.0)))
        assert held(db) == [(['height'], '2', '4')], 'one open conflict, with the latest delivery'
        send(db, KEYED, rows((2, 0.0)))
        assert held(db) == [], 'the agency took the edit over: nothing is left to decide'


def test_without_edits_nothing_is_merged(place_of_trees: Locality) -> None:
    """No table is made and no row compared: layers that nobody edits do not pay."""
    with transaction() as db:
        send(db, KEYED, rows((1, 0.0)))
        assert not send(db, KEYED, rows((2, 0.0))).merged


def test_demonstration_data_takes_part_in_nothing_that_people_did(place_of_trees: Locality) -> None:
    with transaction() as db:
        send(db, KEYED, rows((1, 0.0)), origin='demo')
        make(db, None)
        send(db, KEYED, rows((3, 0.0)), origin='demo')
        assert (now(db), held(db)) == (None, [])


def test_a_layer_without_a_key_is_merged_too(place_of_trees: Locality) -> None:
    """The editor moved the tree 300 m: the old file still says where the agency knows it, and the edit stays."""
    made = dataclasses.replace(place_of_trees, layers={'trees': TREES})
    migrate(made)
    try:
        with transaction() as db:
            send(db, TREES, rows((1, 0.0)))
            number = oak(db)
            edit(db, TREES, rows((1, 300.0))[1:], [number])
            send(db, TREES, rows((1, 0.0)))
            assert (oak(db), now(db)) == (number, (1, 300.0))
            send(db, TREES, rows((2, 300.0)))
            assert (oak(db), now(db), held(db)) == (number, (2, 300.0), [])
    finally:
        migrate(place_of_trees)


@pytest.fixture
def trees(instance: Instance, template: str, place_of_trees: Locality, tmp_path: Path) -> Iterator[Any]:
    """Delivers heights of oak and elm as a file, into a database of the test's own."""
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, template, tmp_path, patch):
            migrate(place_of_trees)

            def trees_(**heights: int) -> Report:
                lines = [f'{kind},{height},{EAST + 10 * i},{NORTH}' for i, (kind, height) in enumerate(heights.items())]
                file = tmp_path / 'trees.csv'
                file.write_text('\n'.join(['LOAI,CAO,x,y', *lines]), encoding='utf-8')
                return deliver(file, DeliveryOptions(layer='trees', crs='EPSG:9209'), place_of_trees)

            yield trees_


def edited(height: int | None) -> None:
    with transaction() as db:
        make(db, None if height is None else (height, 0.0))
        db.commit()


def query(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with transaction() as db, db.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def test_the_report_names_what_waits_with_both_values(trees: Callable[..., Report]) -> None:
    trees(oak=1, elm=1)
    edited(2)
    report = trees(oak=3, elm=4)
    assert (report.verdict, report.exit_code, present(report.diff).changed) == ('accepted', 0, 1)
    assert (present(report.merge).kept, present(report.merge).held) == (0, 1)
    (row,) = present(report.merge).rows
    assert (row.columns, present(row.edit)['height'], present(row.delivery)['height']) == (['height'], 2, 3)
    assert 'dothi conflicts list trees' in present(steward_advice(report.notes[-1])).vi


def test_a_delivery_of_which_nothing_could_be_released_ends_as_one_that_waits(trees: Callable[..., Report]) -> None:
    trees(oak=1, elm=1)
    edited(2)
    report = trees(oak=3, elm=1)
    assert (report.verdict, report.unchanged, report.exit_code) == ('accepted', True, 4)
    assert present(report.diff).empty
    assert len(conflicts('trees')) == 1


@pytest.mark.parametrize(
    ('edit_to', 'delivered', 'take', 'served', 'origin'),
    [
        (2, {'oak': 3}, 'delivery', [3], 'delivery'),
        pytest.param(2, {'oak': 3}, 'edit', [2], None, marks=exhaustive),
        (2, {}, 'delivery', [], 'delivery'),
        (2, {}, 'edit', [2], None),
        pytest.param(None, {'oak': 3}, 'delivery', [3], 'delivery', marks=exhaustive),
        (None, {'oak': 3}, 'edit', [], None),
    ],
)
def test_a_decision_is_a_release_of_the_side_that_was_taken(
    trees: Callable[..., Report],
    place_of_trees: Locality,
    edit_to: int | None,
    delivered: dict[str, int],
    take: Side,
    served: list[int],
    origin: str | None,
) -> None:
    trees(elm=1, oak=1)
    edited(edit_to)
    ids = query("select id from layer.trees where kind = 'oak'")
    trees(elm=2, **delivered)
    (waiting,) = conflicts('trees')
    last = query('select max(number) from catalog.release')
    made = decide(waiting.id, take, 'đo lại', 'trưởng phòng', place_of_trees)
    assert [height for (height,) in query("select height from layer.trees where kind = 'oak'")] == served
    release = query('select origin, released_by, note from catalog.release where number > %s', last[0][0])
    assert release == ([(origin, 'trưởng phòng', 'đo lại')] if origin else [])
    assert (made.status, made.decided_by, made.reason) == ('decided', 'trưởng phòng', 'đo lại')
    if ids and served:
        assert query("select id from layer.trees where kind = 'oak'") == ids
    assert trees(elm=2, **delivered).verdict == 'accepted'
    assert conflicts('trees') == [], 'and the same file again does not ask again'
    assert [height for (height,) in query("select height from layer.trees where kind = 'oak'")] == served


def test_a_decision_is_made_once_and_by_its_number(trees: Callable[..., Report], place_of_trees: Locality) -> None:
    trees(oak=1, elm=1)
    edited(2)
    trees(oak=3, elm=1)
    (waiting,) = conflicts('trees')
    decide(waiting.id, 'edit', 'đúng', 'ai', place_of_trees)
    with pytest.raises(AlreadyDecided):
        decide(waiting.id, 'delivery', 'sai', 'ai', place_of_trees)
    with pytest.raises(NoConflict):
        decide(999, 'edit', 'đúng', 'ai', place_of_trees)


def test_the_command_line_lists_both_values(trees: Callable[..., Report]) -> None:
    trees(oak=1, elm=1)
    edited(2)
    trees(oak=3, elm=1)
    shown = CliRunner().invoke(app, ['conflicts', 'list']).output
    assert 'height: 2 → 3' in shown
