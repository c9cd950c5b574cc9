"""Statements whose plans their connection keeps: planning takes longer than carrying out what finds few rows."""

from math import isfinite
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

# Plans that a connection keeps; one has about 100 KB.
MOST_PREPARED = 50
PREPARED_TYPES: dict[type, str] = {str: 'text', int: 'bigint', float: 'double precision'}


class PreparedStatement:
    """A statement whose plan the connection keeps, with the values for one execution."""

    def __init__(self, statement: str, values: tuple[int | float | str, ...]) -> None:
        self.statement, self.values = statement, values
        self._name = ''

    def prepare(self, cursor: Cursor, info: dict[Any, Any]) -> None:
        """Has the connection plan it, where it has not done so yet; info: what the pool knows of the connection.

        In a message of its own: the session keeps the whole message with the plan (pg_prepared_statements), and claims
        that came with it could be read there by whoever is answered on the connection later.
        """
        names: dict[str, str] = info.setdefault('prepared', {})
        self._name = names.get(self.statement, '')
        if self._name:
            return
        opening = ''
        if len(names) >= MOST_PREPARED:
            names.clear()
            opening = 'deallocate all; '
        # a name is never used again: whether it was prepared is not known where that failed
        info['last_prepared'] = info.get('last_prepared', 0) + 1
        self._name = f'p{info["last_prepared"]}'
        types = ', '.join(PREPARED_TYPES[type(value)] for value in self.values)
        types = f'({types})' if types else ''
        cursor.execute(f'{opening}prepare {self._name}{types} as {self.statement}')
        names[self.statement] = self._name

    def text(self, db: Connection) -> str:
        """SQL that executes it on `db`, which has prepared it."""
        arguments = ', '.join(_written(value, db) for value in self.values)
        return f'execute {self._name}({arguments})' if arguments else f'execute {self._name}'


def _written(value: int | float | str, db: Connection) -> str:
    """The value as SQL has it; the driver takes 5 µs for a number."""
    return repr(value) if isinstance(value, float) and isfinite(value) else str(sql.Literal(value).as_string(db))
