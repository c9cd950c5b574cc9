"""What a service sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest

from dothi.core import database as core_database


@contextmanager
def heard_statements() -> Iterator[list[Any]]:
    """What is sent to the database meanwhile, message by message; connections are made anew for it."""
    sent: list[Any] = []
    connect = psycopg2.connect

    class Heard(psycopg2.extensions.cursor):
        def execute(self, query: Any, values: Any = None) -> None:
            sent.append(query)
            super().execute(query, values)

    class Watched(psycopg2.extensions.connection):
        def cursor(self, *args: Any, **named: Any) -> Any:
            return super().cursor(*args, **{'cursor_factory': Heard, **named})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg2, 'connect', lambda *args, **named: connect(*args, connection_factory=Watched, **named))
        core_database.fresh()
        yield sent
    core_database.fresh()
