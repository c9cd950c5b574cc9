"""Rows that failed, and rows with warnings: kept with the reason and their original values."""

import csv
import io
import json
from collections.abc import Iterable

from psycopg2.extensions import connection as Connection

from etl.report.problems import Problem

COLUMNS = (
    'delivery_id, layer_id, row_number, code, column_name, value, message_vi, message_en, attributes, geom_wkb, crs, '
    'severity'
)


def keep_rows(db: Connection, delivery: int, layer_id: str, crs: str | None, problems: Iterable[Problem]) -> None:
    """Writes `problems` in the caller's transaction. crs: of the original geometry."""
    text = io.StringIO()
    writer = csv.writer(text)
    for problem in problems:
        writer.writerow(_line(problem, delivery, layer_id, crs))
    text.seek(0)
    with db.cursor() as cursor:
        cursor.copy_expert(f'copy quarantine.row ({COLUMNS}) from stdin (format csv)', text)


def forget(db: Connection, delivery: int) -> None:
    """Removes what an earlier check of the delivery kept, before another one."""
    with db.cursor() as cursor:
        cursor.execute('delete from quarantine.row where delivery_id = %s', [delivery])


def _line(problem: Problem, delivery: int, layer_id: str, crs: str | None) -> list[object]:
    wkb = '' if problem.geom_wkb is None else '\\x' + problem.geom_wkb.hex()
    # JSON has no infinity, which therefore comes as text.
    attributes = json.dumps(_finite(problem.attributes), ensure_ascii=False, allow_nan=False)
    message = problem.message
    head = [delivery, layer_id, problem.row, problem.code, problem.column, problem.value]
    return [*head, message.vi, message.en, attributes, wkb, crs, problem.severity]


def _finite(attributes: dict[str, object]) -> dict[str, object]:
    return {
        name: str(value) if isinstance(value, float) and not -1e308 < value < 1e308 else value
        for name, value in attributes.items()
    }
