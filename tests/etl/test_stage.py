"""Rows on their way into the staging table."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.layer import ColumnType, Layer
from etl import stage
from etl.binary_copy import ROWS_AT_ONCE
from etl.doctor.rows.duplicates import may_repeat_keys
from etl.prepare import Prepared
from etl.values import ARROW_TYPES
from tests.etl.releasing import TREES, place, transaction

STAGING = 'trees_try'
MOMENT = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
VALUES: dict[ColumnType, list[Any]] = {
    'text': ['Cây đa, "già"\n\\N', '', None],
    'integer': [2**63 - 1, -(2**63), None],
    'number': [0.1 + 0.2, -1e-308, None],
    'boolean': [True, False, None],
    'date': [date(1900, 2, 28), date(9999, 12, 31), None],
    'timestamp': [MOMENT, datetime(2024, 2, 29, tzinfo=UTC), None],
}


def with_columns(types: dict[str, ColumnType], key: list[str]) -> Layer:
    columns = {name: {'type': type_, 'title': {'vi': name, 'en': name}} for name, type_ in types.items()}
    return Layer.model_validate(TREES.model_dump(exclude={'columns', 'key', 'id'}) | {
        'id': 'trees', 'columns': columns, 'key': key,
    })  # fmt: skip


@contextmanager
def staging(layer: Layer, values: dict[str, list[Any]]) -> Iterator[Connection]:
    """Rows with these values by column, staged in a transaction that is taken back."""
    rows = len(next(iter(values.values())))
    columns = {name: pa.array(values[name], ARROW_TYPES[column.type]) for name, column in layer.columns.items()}
    points = np.array([place(row, 0) for row in range(rows)], dtype=object)
    with transaction() as db:
        stage.create(db, layer, 9209, STAGING)
        stage.copy(db, layer, STAGING, Prepared(pa.array(range(1, rows + 1)), columns, points, [], 0, 0))
        yield db


def staged(layer: Layer, values: dict[str, list[Any]], statement: str) -> list[tuple[Any, ...]]:
    """What the statement says of the staged rows."""
    with staging(layer, values) as db, db.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.parametrize('type_', VALUES)
def test_values_of_each_type_arrive_as_they_are(database: dict[str, str], type_: ColumnType) -> None:
    """The largest, the smallest, what CSV would have to quote, and nothing at all."""
    layer = with_columns({'value': type_}, [])
    rows = staged(layer, {'value': VALUES[type_]}, f'select value from staging.{STAGING}')
    assert [value for (value,) in rows] == VALUES[type_]


def test_geometry_arrives_in_the_working_system(database: dict[str, str]) -> None:
    statement = f'select id, st_srid(geom), st_asbinary(geom) from staging.{STAGING} order by id'
    (first, second) = staged(with_columns({'value': 'text'}, []), {'value': ['a', 'b']}, statement)
    assert (first[:2], second[:2]) == ((1, 9209), (2, 9209))
    assert shapely.from_wkb(bytes(second[2])) == place(1, 0)


def test_rows_beyond_those_that_are_written_at_once_follow_in_order(database: dict[str, str]) -> None:
    values = [*range(ROWS_AT_ONCE + 1)]
    statement = f'select count(*), bool_and(value = id - 1) from staging.{STAGING}'
    assert staged(with_columns({'value': 'integer'}, []), {'value': values}, statement) == [(len(values), True)]


@pytest.mark.parametrize(
    ('codes', 'may_repeat'), [(['C-1', 'C-2'], False), (['C-1', 'C-1'], True), (['C-1', 'c-1'], True)]
)
def test_keys_that_are_alike_are_noticed(database: dict[str, str], codes: list[str], may_repeat: bool) -> None:
    layer = with_columns({'code': 'text'}, ['code'])
    assert _may_repeat_keys(layer, {'code': codes}) is may_repeat


def test_keys_of_several_columns_are_always_looked_at(database: dict[str, str]) -> None:
    layer = with_columns({'code': 'text', 'part': 'integer'}, ['code', 'part'])
    assert _may_repeat_keys(layer, {'code': ['C-1', 'C-1'], 'part': [1, 2]})


def _may_repeat_keys(layer: Layer, values: dict[str, list[Any]]) -> bool:
    with staging(layer, values) as db:
        stage.analyze(db, layer, STAGING)
        return may_repeat_keys(db, layer, STAGING)
