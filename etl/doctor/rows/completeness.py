"""Units that should have a row and have none."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.desk.options import DeliveryOptions
from etl.doctor.rows.units import Parent
from etl.register import RegisterRows

NAMED = 20


def missing_units(
    db: Connection,
    layer: Layer,
    staging: str,
    register: RegisterRows | None,
    parents: list[Parent],
    options: DeliveryOptions,
) -> list[str]:
    """The codes that no staged row has, of those that the delivery speaks for.

    Nothing is missing from a delivery that only adds; that of one unit is compared with what the register says is its.
    """
    column, expected = _expected(layer, register, parents)
    if column is None or options.mode == 'upsert':
        return []
    if options.unit is not None:
        expected = {code: row for code, row in expected.items() if options.unit in (code, *row.values())}
    statement = sql.SQL('select distinct {} from {}').format(sql.Identifier(column), sql.Identifier('staging', staging))
    with db.cursor() as cursor:
        cursor.execute(statement)
        present = {code for (code,) in cursor}
    return sorted(expected.keys() - present)


def incomplete(missing: list[str]) -> Text:
    """What a report notes of them."""
    codes = ', '.join(missing[:NAMED]) + (', …' if len(missing) > NAMED else '')
    return Text(
        vi=f'{len(missing)} đơn vị không có hàng nào: {codes}. Bổ sung, hoặc cho biết vì sao không có.',
        en=f'{len(missing)} units have no row: {codes}. Add them, or say why there is none.',
    )


def _expected(
    layer: Layer, register: RegisterRows | None, parents: list[Parent]
) -> tuple[str | None, dict[str, dict[str, str]]]:
    """The column with the units' codes, and what the register says of each unit that should be there."""
    complete_by = layer.checks.complete
    if complete_by is True and register is not None:
        return register.key, register.rows
    chosen_parents = [parent for parent in parents if complete_by is True or parent.column == complete_by]
    if not chosen_parents:
        return None, {}
    return chosen_parents[0].column, chosen_parents[0].listed or {code: {} for code in chosen_parents[0].polygons}
