"""A layer without a key: a feature keeps its id as long as it can be recognised, whatever the order of the file."""

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from dothi.core.layer import Checks, Layer
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import Instance, fresh
from tests.etl.releasing import EAST, NORTH, TREES, send_trees, transaction, trees_now
from tests.matrix import number_of_examples
from tests.present import present

OAK, ELM = ('oak', 5, 0.0, 0.0), ('elm', 7, 1000.0, 0.0)


@pytest.fixture(scope='module')
def park(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Locality]:
    """A locality with the one layer `trees`, on a database that this module's tests share."""
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, template, tmp_path_factory.mktemp('park'), patch):
            layer = TREES.model_copy(update={'checks': Checks(bad_rows_share=0.5)})
            made = dataclasses.replace(locality, layers={'trees': layer})
            migrate(made)
            yield made


@pytest.mark.parametrize(
    ('why', 'now'),
    [
        ('equal', ('oak', 5, 0, 0)),
        ('same place, one value changed', ('oak', 6, 0, 0)),
        ('same place, every value changed', ('ash', 9, 0, 0)),
        ('a value became empty', ('oak', None, 0, 0)),
        ('moved within what two maps differ by, half of the values kept', ('oak', 6, 6, 8)),
        ('moved by a wrong datum, the only one of its kind', ('oak', 5, 224.25, 0)),
    ],
)
def test_a_feature_that_can_be_recognised_keeps_its_id(
    park: Locality, why: str, now: tuple[str, int | None, float, int]
) -> None:
    with transaction() as db:
        before = send_trees(db, [OAK, ELM])
        after = send_trees(db, [ELM, now])
    assert after == {now: before[OAK], ELM: before[ELM]}, why


@pytest.mark.parametrize(
    ('why', 'now'),
    [
        ('too far, though equal', ('oak', 5, 251, 0)),
        ('moved, and less than half of its values kept', ('ash', 9, 1, 0)),
        ('moved further than two maps differ by, and half of its values changed', ('oak', 6, 11, 0)),
    ],
)
def test_what_cannot_be_recognised_is_another_feature(park: Locality, why: str, now: tuple[str, int, int, int]) -> None:
    with transaction() as db:
        before = send_trees(db, [OAK, ELM])
        after = send_trees(db, [now, ELM])
    assert after[ELM] == before[ELM]
    assert after[now] not in before.values(), why


def test_equal_trees_that_all_moved_go_to_the_nearest_place(park: Locality) -> None:
    """Eight metres east, ten apart: each old tree is 2 m from its right neighbour's new place, and 8 m from its own.

    The nearest pairs are taken first; what is left over, at both ends, lies 28 m apart and is rare enough to be one.
    """
    row = [('oak', 5, 10.0 * i, 0.0) for i in range(3)]
    moved = [('oak', 5, 10.0 * i + 8, 0.0) for i in range(3)]
    with transaction() as db:
        before = send_trees(db, row)
        after = send_trees(db, moved)
    assert [after[tree] for tree in moved] == [before[row[1]], before[row[2]], before[row[0]]]


def test_of_two_equally_near_the_lowest_id_is_taken(park: Locality) -> None:
    with transaction() as db:
        before = send_trees(db, [('oak', 5, 0.0, 0.0), ('oak', 5, 10.0, 0.0)])
        after = send_trees(db, [('oak', 5, 5.0, 0.0)])
    assert list(after.values()) == [min(before.values())]


def test_a_kind_with_many_equals_is_not_recognised_from_afar(park: Locality) -> None:
    """Eleven equal trees replanted 50 m away: nothing says which is which, and none gets another one's number."""
    row = [('oak', 5, 100.0 * i, 0.0) for i in range(11)]
    with transaction() as db:
        before = send_trees(db, row)
        after = send_trees(db, [(kind, height, x, y + 50) for kind, height, x, y in row])
    assert not set(before.values()) & set(after.values())


def test_a_unit_does_not_take_the_trees_of_its_neighbour(park: Locality) -> None:
    """The equal tree 8 m away stands outside the unit that delivers: it stays, and the unit's own one is new."""
    unit = shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)
    with transaction() as db:
        before = send_trees(db, [('oak', 5, -4.0, 0.0)])
        after = send_trees(db, [('oak', 5, 4.0, 0.0)], polygon=unit)
    assert after[('oak', 5, -4.0, 0.0)] == before[('oak', 5, -4.0, 0.0)]
    assert len(after) == 2


def test_a_tree_that_went_for_a_while_is_another_one(park: Locality) -> None:
    """Without a key nothing tells a tree that comes back from a new one at its place."""
    with transaction() as db:
        before = send_trees(db, [OAK, ELM])
        send_trees(db, [ELM])
        after = send_trees(db, [OAK, ELM])
    assert after[OAK] not in before.values()


trees = st.lists(
    st.tuples(
        st.sampled_from(['oak', 'elm', None]),
        st.sampled_from([1, 2, None]),
        st.integers(0, 30).map(float),
        st.integers(0, 3).map(float),
    ),
    unique=True,
    min_size=2,
    max_size=25,
)


@settings(max_examples=number_of_examples(4, 25), deadline=None)
@given(trees, trees, st.randoms(use_true_random=False))
def test_the_order_of_a_file_means_nothing(
    park: Locality,
    first: list[tuple[str | None, int | None, float, float]],
    second: list[tuple[str | None, int | None, float, float]],
    chance: random.Random,
) -> None:
    """The same rows in another order change nothing; and other rows get the same ids in whatever order they come."""
    shuffled = chance.sample(second, len(second))
    with transaction() as db:
        before = send_trees(db, first)
        assert send_trees(db, chance.sample(first, len(first))) == before
        with db.cursor() as cursor:
            cursor.execute('savepoint here')
        one = send_trees(db, second)
        with db.cursor() as cursor:
            cursor.execute('rollback to savepoint here')
        other = send_trees(db, shuffled)
    old = set(before.values())
    kept = {tree: number for tree, number in one.items() if number in old}
    assert kept == {tree: number for tree, number in other.items() if number in old}
    assert len(set(one.values())) == len(one), 'one id, one feature'


@settings(max_examples=number_of_examples(4, 25), deadline=None)
@given(trees, st.data())
def test_one_change_keeps_every_id(
    park: Locality, first: list[tuple[str | None, int | None, float, float]], data: DataObject
) -> None:
    """Whichever row changes one value, or moves by less than any other is away."""
    chosen = data.draw(st.sampled_from(first))
    kind, height, x, y = chosen
    now = data.draw(st.sampled_from([(kind, 99, x, y), ('ash', height, x, y), (kind, height, x + 0.25, y)]))
    with transaction() as db:
        before = send_trees(db, first)
        after = send_trees(db, [now if tree == chosen else tree for tree in first])
    assert after == {now if tree == chosen else tree: number for tree, number in before.items()}


def test_exact_copies_in_a_file_are_one_feature(park: Locality, tmp_path: Path) -> None:
    """A copy says nothing that its first row did not say: told, harmless, and not staged."""
    file = tmp_path / 'trees.csv'
    file.write_text(
        f'LOAI,CAO,x,y\noak,5,{EAST},{NORTH}\n,,{EAST},{NORTH}\noak,5,{EAST},{NORTH}\n,,{EAST},{NORTH}\n',
        encoding='utf-8',
    )
    report = deliver(file, DeliveryOptions(layer='trees', crs='EPSG:9209', dry_run=True), park)
    assert report.verdict == 'accepted', report
    assert [(bad.row, bad.code, bad.column) for bad in report.rows.bad] == [
        (4, 'duplicate_row', None),
        (5, 'duplicate_row', None),
    ]
    assert present(report.diff).added == 2


def test_a_layer_may_lose_and_gain_its_key(park: Locality) -> None:
    """The indexes follow the layer file, and a key that released rows share is refused as before."""
    keyed = TREES.model_copy(update={'key': ['height']})
    assert 'trees: the key is height now' in migrate(_with(park, keyed)).layers
    assert 'trees: there is no key now' in migrate(_with(park, TREES)).layers
    with transaction() as db, db.cursor() as cursor:
        cursor.execute("select count(*) from pg_indexes where indexname in ('trees_key', 'trees_history_key')")
        assert cursor.fetchone() == (0,)


def test_a_large_redelivery_is_recognised_in_one_go(park: Locality) -> None:
    """2,000 trees, of which each hundredth grew: all keep their ids, and 20 changed."""
    with transaction() as db, db.cursor() as cursor:
        first = [('oak', i % 30, 20.0 * (i % 100), 20.0 * (i // 100)) for i in range(2_000)]
        before = send_trees(db, first)
        after = send_trees(db, [(k, h + 1 if i % 100 == 0 else h, x, y) for i, (k, h, x, y) in enumerate(first)])
        assert set(after.values()) == set(before.values())
        cursor.execute('select count(*) from history.trees')
        assert cursor.fetchone() == (20,)
        assert trees_now(db) == after


def _with(park: Locality, layer: Layer) -> Locality:
    return dataclasses.replace(park, layers={'trees': layer})
