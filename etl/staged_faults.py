"""Faults that only show when all rows are staged: taken out again, with the rows as the file gave them."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from etl.doctor.rows.duplicates import Fault
from etl.formats.source import Source
from etl.prepare import Key, Plan
from etl.report.problems import Problem, message
from etl.report.telling import originals, places


def take_out(
    db: Connection, staging: str, faults: list[Fault], source: Source, plan: Plan
) -> tuple[list[Problem], list[Key]]:
    """The faults as problems, and the keys of their rows, which are in staging.<name> no longer."""
    if not faults:
        return [], []
    rows = [fault.row for fault in faults]
    # the numbers as literals: names of columns may have a percent sign, which is one of a placeholder else
    statement = sql.SQL('delete from {} where id = any({}) returning {}').format(
        sql.Identifier('staging', staging),
        sql.Literal(rows),
        sql.SQL(', ').join(map(sql.Identifier, plan.layer.key or ['id'])),
    )
    with db.cursor() as cursor:
        cursor.execute(statement)
        keys: list[Key] = cursor.fetchall() if plan.layer.key else []
    return _problems({fault.row: fault for fault in faults}, source, plan), keys


def _problems(faults: dict[int, Fault], source: Source, plan: Plan) -> list[Problem]:
    """Reads the file once more, for staged rows no longer have their original values."""
    described: list[Problem] = []
    key = plan.matching.source(plan.layer.key[0]) if plan.layer.key else None
    for batch in source.batches():
        batch_rows = [row - batch.first_row for row in faults if 0 <= row - batch.first_row < len(batch)]
        located = places(batch.geometry, sorted(batch_rows), plan.reading)
        for position, (attributes, wkb) in originals(batch, sorted(batch_rows), plan.decoder).items():
            fault = faults[batch.first_row + position]
            value = None if key is None or attributes.get(key) is None else str(attributes[key])
            text = message(fault.row, key, value, fault.says)
            described.append(Problem(fault.row, fault.code, key, value, text, attributes, wkb, located.get(position)))
    return described
