"""Leaves the demonstration: its rows, files and results are taken away, layer by layer, each in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.refresh import refresh_with_release
from dothi.core.database_locality import require_same_locality
from dothi.core.errors import HeldForDecision, WrongUse
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from dothi.core.text import Text
from etl.demonstration.files import remove_forsaken
from etl.demonstration.standing import (
    OPEN_CONFLICTS,
    LayerStanding,
    Standing,
    find_standing,
    is_computed,
)
from etl.desk.deliveries import clear_debris, loader_session

NOTE = 'Bỏ dữ liệu minh họa · the demonstration was taken out'
# More than any layer has: what remains of it is generalised before anybody sees it.
ALL_ROWS = 1 << 62


class UnitsNotNamed(WrongUse):
    """A layer of administrative units is left only by whoever says so."""


class UndecidedConflicts(HeldForDecision):
    """An edit of a demonstration feature and a delivery contradict each other."""


@dataclass(frozen=True)
class LeaveOrder:
    """What is to be left. layers: ids, none for all. units: whether units, too. by: the role of whoever orders it.

    keep_edited: rows that a person made from demonstration ones stay, as that person's.
    """

    by: str
    layers: tuple[str, ...] = ()
    units: bool = False
    keep_edited: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the instance as a whole leaves the demonstration."""
        return not self.layers


def choose_layers(order: LeaveOrder, standing: Standing, locality: Locality) -> list[LayerStanding]:
    """The layers that the order is about; computed ones come last. Raises UnknownLayer, UnitsNotNamed."""
    by_id = {layer.id: layer for layer in standing.layers}
    for name in order.layers:
        if name not in by_id:
            locality.described(name)
    chosen = [layer for layer in standing.layers if order.is_whole or layer.id in order.layers]
    units = [layer for layer in chosen if layer.is_unit_layer and layer.has_demo]
    if units and not order.is_whole and not order.units:
        raise _units_not_named(units)
    chosen = [layer for layer in chosen if order.units or not layer.is_unit_layer]
    return sorted(chosen, key=lambda layer: layer.is_computed)


def find_layers(order: LeaveOrder, locality: Locality) -> tuple[Standing, list[LayerStanding]]:
    """What is demonstration data now, and the layers that the order is about.

    Raises OtherLocality, whose layers of units would be unknown, and as `choose_layers`.
    """
    with loader_session('dothi demo', role='owner') as db:
        require_same_locality(db, locality)
        standing = find_standing(db, locality)
        chosen = choose_layers(order, standing, locality)
        names = [layer.id for layer in chosen]
        if not order.is_whole and _rests_a_run_on(db, names):
            # values of indicators can be computed again, from what is there then
            chosen += [
                layer
                for layer in standing.layers
                if layer.is_computed and layer.id not in {*names, *locality.own} and layer.has_demo
            ]
    return standing, chosen


def leave(order: LeaveOrder, locality: Locality, progress: Progress = silent) -> list[LayerStanding]:
    """Leaves the demonstration in the layers of the order, and gives them as they were before.

    What an earlier call began and did not end is ended. Raises OtherLocality, UnknownLayer, UnitsNotNamed,
    UndecidedConflicts.
    """
    _, chosen = find_layers(order, locality)
    undecided = [layer for layer in chosen if layer.open_conflicts]
    if undecided:
        raise _undecided([layer.id for layer in undecided])
    with loader_session('dothi demo leave', role='owner') as db:
        clear_debris(db)
        if order.is_whole:
            _record_end(db, order.by)
        for done, layer in enumerate(chosen):
            progress(f'leave {layer.id}', done, len(chosen))
            _leave_layer(db, layer.id, order, locality, progress)
        progress('leave', len(chosen), len(chosen))
        remove_forsaken(db)
    return chosen


def _record_end(db: Connection, by: str) -> None:
    """From now on nothing loads demonstration data, also where this call ends before its work is done."""
    with db, db.cursor() as cursor:
        cursor.execute(
            'insert into catalog.demonstration_end (left_by) values (%s) on conflict do nothing',
            [by],
        )


def _leave_layer(db: Connection, name: str, order: LeaveOrder, locality: Locality, progress: Progress) -> None:
    """Leaves one layer, and all that was made from it, in one transaction."""
    with db, db.cursor() as cursor:
        progress('lock', 0, None)
        if _is_coverage(db, name):
            cursor.execute('select catalog.remove_demo_rasters(%s, %s, %s)', [name, order.by, NOTE])
            cursor.execute('select catalog.mark_left_releases(%s)', [name])
        else:
            _remove_rows(db, name, order, progress)
        cursor.execute('select catalog.remove_demo_deliveries(%s)', [name])
        if order.is_whole or not is_computed(locality, name):
            cursor.execute(
                'update catalog.layer set demo_left_at = coalesce(demo_left_at, now()) where id = %s', [name]
            )
        progress('generalise', 0, None)
        _generalise(db, name, locality)
        progress('results', 0, None)
        cursor.execute('select catalog.remove_left_results()')
        progress('finish', 0, None)


def _is_coverage(db: Connection, name: str) -> bool:
    """Whether it is a coverage; its row is locked until the transaction ends, which keeps other deliveries waiting."""
    with db.cursor() as cursor:
        cursor.execute('select kind from catalog.layer where id = %s', [name])
        (kind,) = cursor.fetchone() or ('features',)
        if kind == 'coverage':
            cursor.execute('select from catalog.layer where id = %s for update', [name])
    return bool(kind == 'coverage')


def _remove_rows(db: Connection, name: str, order: LeaveOrder, progress: Progress) -> None:
    """Takes the demonstration rows of a layer away; whoever else writes to the layer waits, readers do not."""
    with db.cursor() as cursor:
        if not _lock_rows(db, name):
            return
        cursor.execute('select catalog.list_demo_versions(%s)', [name])
        cursor.execute(OPEN_CONFLICTS, [name])
        if cursor.fetchone() != (0,):
            raise _undecided([name])
        if order.keep_edited:
            cursor.execute('select catalog.keep_edited_versions(%s)', [name])
        progress('release', 0, None)
        cursor.execute('select catalog.remove_demo_versions(%s, %s, %s)', [name, order.by, NOTE])
        cursor.execute('select catalog.mark_left_releases(%s)', [name])
        cursor.execute('select catalog.remove_demo_edits(%s, %s, %s)', [name, order.by, NOTE])


def _lock_rows(db: Connection, name: str) -> bool:
    """Whether the layer has a table; it is locked then."""
    with db.cursor() as cursor:
        cursor.execute('select to_regclass(%s)', [f'layer."{name}"'])
        if cursor.fetchone() == (None,):
            return False
        cursor.execute(sql.SQL('lock table {} in share row exclusive mode').format(sql.Identifier('layer', name)))
    return True


def _generalise(db: Connection, name: str, locality: Locality) -> None:
    """Generalises what remains of a layer; nothing may be drawn from what was generalised with the demonstration."""
    with db.cursor() as cursor:
        cursor.execute('select current_release is not null from catalog.layer where id = %s', [name])
        (is_served,) = cursor.fetchone() or (False,)
        layer = locality.layers.get(name)
        if layer is not None and is_served:
            refresh_with_release(db, layer, locality, ALL_ROWS)
        else:
            cursor.execute('delete from general.state where layer_id = %s', [name])


def _rests_a_run_on(db: Connection, layers: list[str]) -> bool:
    """Whether indicators were computed from demonstration data of one of the layers."""
    with db.cursor() as cursor:
        cursor.execute(
            """select exists (
                   select from indicator.run where catalog.rests_on_demo((
                       select jsonb_object_agg(key, value) from jsonb_each(releases) where key = any(%s)
                   ))
               )""",
            [layers],
        )
        (rests,) = cursor.fetchone() or (False,)
    return bool(rests)


def _units_not_named(units: list[LayerStanding]) -> UnitsNotNamed:
    names = ', '.join(layer.id for layer in units)
    return UnitsNotNamed(
        vi=f'{names}: ranh giới đơn vị hành chính minh họa. Không có ranh giới thì không còn thống kê và phạm vi theo '
        'đơn vị, kiểm tra hàng nằm đúng đơn vị và định vị địa chỉ. Nên có ranh giới thật trước.',
        en=f'{names}: demonstration outlines of administrative units. Without any outlines there are no figures and '
        'scopes by unit, no check that rows lie in their unit, and no placing of addresses. Real outlines should come '
        'first.',
        steward=Text(vi='Vẫn bỏ thì thêm --units.', en='To leave them all the same, add --units.'),
    )


def _undecided(layers: Iterable[str]) -> UndecidedConflicts:
    names = ', '.join(layers)
    return UndecidedConflicts(
        vi=f'{names}: có mâu thuẫn giữa chỉnh sửa trên đối tượng minh họa và tệp cơ quan giao, cần quyết định trước.',
        en=f'{names}: edits of demonstration features contradict what an agency delivered, which is to be decided '
        'first.',
        steward=Text(vi='Xem: dothi conflicts list.', en='See: dothi conflicts list.'),
    )
