"""Random filters let through the rows that the same condition, evaluated in Python, lets through."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.cql2 import where
from dothi.core.cql2.geometry import Space
from dothi.core.cql2.parse import Language
from dothi.core.database import connection
from dothi.core.locality import Locality
from tests.api.conftest import E0, N0, Desk
from tests.api.cql2_pieces import ROWS, Piece, filters
from tests.api.test_cql2 import LAYER
from tests.matrix import number_of_examples


@pytest.fixture
def rows(elsewhere: Callable[[str], Locality]) -> Iterator[tuple[Locality, Connection]]:
    """The rows in the database, numbered by their code. Their places are kilometres from (E0, N0)."""
    locality = elsewhere(LAYER)
    values = [
        ('POINT({} {})'.format(*(1000 * metres for metres in row['place'])), _stored(number, row))
        for number, row in enumerate(ROWS)
    ]
    Desk(locality).release('odd', values)
    with connection('reader_public') as db:
        yield locality, db


def _stored(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {'code': str(number)} | {name: value for name, value in row.items() if name != 'place'}


def passing(rows: tuple[Locality, Connection], text: str, language: Language) -> list[int]:
    locality, db = rows
    condition = where.condition(
        locality.layers['odd'], text, srid=9209, audience='public', language=language, space=Space(9209)
    )
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('select code::int from layer.odd where {} order by 1').format(condition))
        return [number for (number,) in cursor.fetchall()]


def moved(node: Any) -> Any:
    """A filter in JSON whose boxes lie where the rows do."""
    if isinstance(node, dict) and 'bbox' in node:
        return {'bbox': [value + start for value, start in zip(node['bbox'], (E0, N0, E0, N0), strict=True)]}
    if isinstance(node, dict):
        return {name: moved(value) for name, value in node.items()}
    return [moved(part) for part in node] if isinstance(node, list) else node


def text_moved(piece: Piece) -> str:
    """The same for the text."""
    parts = piece.text.split('BBOX(')
    found = parts[0]
    for part in parts[1:]:
        corners, _, rest = part.partition(')')
        values = [float(value) + start for value, start in zip(corners.split(','), (E0, N0, E0, N0), strict=True)]
        found += f'BBOX({",".join(map(str, values))}){rest}'
    return found


@settings(
    max_examples=number_of_examples(100, 300),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(piece=filters)
def test_random_filters_mean_what_they_say(rows: tuple[Locality, Connection], piece: Piece) -> None:
    expected = [number for number, row in enumerate(ROWS) if piece.value(row) is True]
    assert passing(rows, text_moved(piece), 'cql2-text') == expected, piece.text
    assert passing(rows, json.dumps(moved(piece.json)), 'cql2-json') == expected, piece.json
