"""A layer as a scenario changes it: its rows without those that are changed or closed, and the scenario's own beside.

The scenario's rows lie in a temporary table of the run's session. The table is made before the run's snapshot, since a
read-only transaction makes none; it is filled within it, so that what a change leaves as it is comes from the very
rows that the run reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json

from dothi.core.guard_sync import claimed_rows
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import source as layer_source
from dothi.core.layer_source import table_of
from dothi.core.locality import Locality
from processes.scenario.keys import key_columns, keyed_rows
from processes.scenario.overlay_sql import insert_added, insert_changed, names_of


@dataclass
class LayerOverlay:
    """The changes of one layer, each with its `number`, and what came of them once they were applied.

    missing_keys: of changed or closed features that the layer holds no more. existing_keys: of added features that the
    layer holds by now. replaced: ids of the rows that stand no more.
    """

    layer: Layer
    locality: Locality
    audience: Audience
    changes: list[dict[str, Any]]
    missing_keys: list[str] = field(default_factory=list)
    existing_keys: list[str] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    is_filled: bool = False

    def create_table(self, db: Connection) -> None:
        """Makes the table, empty, with the types of the layer's columns."""
        query = sql.SQL(
            'create temporary table {} as select {} from {} as base where false; create index on {} using gist (geom)'
        )
        name = sql.Identifier(f'scenario_{self.layer.id}')
        with db.cursor() as cursor:
            cursor.execute(query.format(name, names_of(self._columns), self._rows_in_force, self._table))

    def rows(self, db: Connection) -> sql.Composed:
        """SQL of the layer's rows as the scenario changes them, to select from; fills the table at the first time."""
        if not self.is_filled:
            with db.cursor() as cursor:
                self._fill(cursor)
            self.is_filled = True
        # no condition within the parts: then the planner sees through them, and uses the indexes of both
        form = """
            (select {names} from (
                select {names}, false as proposed from {base} union all select {names}, true as proposed from {table}
            ) as row_of_either where {rest})"""
        rest = sql.SQL('proposed or id <> all({}::bigint[])').format(sql.Literal(self.replaced))
        return sql.SQL(form).format(
            names=names_of(self._columns),
            base=table_of(self.layer, self.locality),
            rest=rest if self.replaced else sql.SQL('true'),
            table=self._table,
        )

    @property
    def _table(self) -> sql.Identifier:
        return sql.Identifier('pg_temp', f'scenario_{self.layer.id}')

    @property
    def _columns(self) -> list[str]:
        return [*self.layer.columns_for(self.audience)]

    @property
    def _rows_in_force(self) -> sql.Composable:
        return layer_source(self.layer, self.locality, self.audience)

    def _fill(self, cursor: Cursor) -> None:
        for kind in ('change', 'close'):
            for names, changes in _by_key(self._of_kind(kind)).items():
                self._note_rows(changes, self._ids_of(cursor, names, [change['key'] for change in changes]))
        for names, changes in _by_key(self._of_kind('change')).items():
            query = insert_changed(
                self.layer, self._columns, names, self._table, self._rows_in_force, self.locality.srid
            )
            keys = [change['key'] for change in changes]
            cursor.execute(query, {'keys': Json(keys), 'changes': Json(changes)})
        self._add(cursor)
        if self.layer.id in self.locality.row_limited:
            self._leave_out_hidden(cursor)
        cursor.execute(sql.SQL('analyze {}').format(self._table))

    def _of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [change for change in self.changes if change['kind'] == kind]

    def _note_rows(self, changes: Sequence[dict[str, Any]], ids: dict[int, int]) -> None:
        """Keeps the ids of the rows that changes mean, and the keys of those that are gone.

        ids: by the place of the change, counted from 1.
        """
        self.replaced += ids.values()
        self.missing_keys += [_key_text(change['key']) for place, change in enumerate(changes, 1) if place not in ids]

    def _add(self, cursor: Cursor) -> None:
        """Puts the added features into the table; one whose key the layer holds by now stands in that one's place."""
        added = [self._with_key(change) for change in self._of_kind('add')]
        if not added:
            return
        names = key_columns(self.layer, self.audience)
        keys = [{name: change['properties'].get(name) for name in names} for change in added]
        ids = self._ids_of(cursor, names, keys) if names else {}
        self.replaced += ids.values()
        self.existing_keys += [_key_text(keys[place - 1]) for place in sorted(ids)]
        query = insert_added(self.layer, self._columns, self._table, self.locality.srid)
        cursor.execute(query, {'changes': Json(added)})

    def _with_key(self, change: dict[str, Any]) -> dict[str, Any]:
        """The change, a key that it does not name made up of its number where that is a text."""
        names = key_columns(self.layer, self.audience)
        made_up = {name: f'new-{change["number"]}' for name in names if self.layer.columns[name].type == 'text'}
        properties = {name: value for name, value in change.get('properties', {}).items() if value is not None}
        return change | {'properties': made_up | properties}

    def _ids_of(self, cursor: Cursor, names: Sequence[str], keys: Sequence[dict[str, Any]]) -> dict[int, int]:
        """The id of the row that each key means, by the place of the key, counted from 1."""
        query = sql.SQL('select wanted.number, base.id from {}')
        cursor.execute(query.format(keyed_rows(self.layer, names, self._rows_in_force)), {'keys': Json(keys)})
        return dict(cursor.fetchall())

    def _leave_out_hidden(self, cursor: Cursor) -> None:
        """Takes out rows that the database would not show to who runs this, were they the layer's."""
        guard = self.locality.whole.guards[self.layer.id]
        query = sql.SQL('delete from {} where ({}) is not true')
        cursor.execute(query.format(self._table, claimed_rows(self.layer, guard)))


def _by_key(changes: Sequence[dict[str, Any]]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """The changes by the columns by which they name features: all of one table's in the usual case."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:
        groups.setdefault(tuple(change['key']), []).append(change)
    return groups


def _key_text(key: dict[str, Any]) -> str:
    return ', '.join(map(str, key.values()))
