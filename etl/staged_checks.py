"""Checks that look at all staged rows at once: what they find is taken out, or told of rows that stay."""

from collections import Counter, defaultdict
from datetime import date

import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.layer import Layer
from etl.doctor.rows.duplicates import Fault
from etl.doctor.rows.key_case import keys_in_other_case
from etl.doctor.rows.near_duplicates import Places, near_duplicates
from etl.doctor.rows.topology import topology
from etl.prepare import TOLD, Plan
from etl.report.problems import Problem, message
from etl.report.quality import severity_of


def noticed(
    db: Connection, layer: Layer, staging: str, places: Places, on: date, *, look_at_keys: bool = True
) -> list[Fault]:
    """What the layer file asks to be looked for among all rows, in the order of rows.

    look_at_keys: False where it is known that no two keys are alike.
    """
    faults = near_duplicates(db, layer, staging, places) + topology(db, layer, staging, on)
    faults += keys_in_other_case(db, layer, staging) if look_at_keys else []
    return sorted(faults, key=lambda fault: fault.row)


def errors_of(faults: list[Fault], layer: Layer) -> list[Fault]:
    """The first error of each row that has one."""
    first: dict[int, Fault] = {}
    for fault in faults:
        if severity_of(fault.code, layer) == 'error':
            first.setdefault(fault.row, fault)
    return list(first.values())


def warnings_of(db: Connection, faults: list[Fault], staging: str, plan: Plan) -> tuple[list[Problem], Counter[str]]:
    """The warnings of rows that stay, one by one as far as TOLD of each kind, and how often each was met.

    Such a row is released, so it is told as it was staged: reading the file again for it would cost as much as a COPY.
    """
    faulty_rows = {fault.row for fault in errors_of(faults, plan.layer)}
    left = [
        fault for fault in faults if fault.row not in faulty_rows and severity_of(fault.code, plan.layer) == 'warning'
    ]
    by_code: dict[str, list[Fault]] = defaultdict(list)
    for fault in left:
        by_code[fault.code].append(fault)
    listed = [fault for code_faults in by_code.values() for fault in code_faults[:TOLD]]
    return _problems(db, listed, staging, plan), Counter(
        {code: len(code_faults) for code, code_faults in by_code.items()}
    )


def _problems(db: Connection, faults: list[Fault], staging: str, plan: Plan) -> list[Problem]:
    rows = _staged(db, [fault.row for fault in faults], staging, plan) if faults else {}
    key = plan.matching.source(plan.layer.key[0]) if plan.layer.key else None
    to_wgs84 = transformer(proj_string(plan.srid), proj_string(WGS84))
    described = []
    for fault in faults:
        values, wkb = rows[fault.row]
        value = None if key is None or values[key] is None else str(values[key])
        centre = shapely.centroid(shapely.envelope(shapely.from_wkb(wkb)))
        lon, lat = to_wgs84.transform(centre.x, centre.y)
        place = fault.place or (round(lon, 6), round(lat, 6))
        text = message(fault.row, key, value, fault.says)
        described.append(Problem(fault.row, fault.code, key, value, text, values, wkb, place, 'warning'))
    return described


def _staged(db: Connection, rows: list[int], staging: str, plan: Plan) -> dict[int, tuple[dict[str, object], bytes]]:
    """Values under the file's names, and geometry in the working CRS, of staged rows."""
    names = list(plan.layer.columns)
    sources = [plan.matching.source(name) for name in names]
    # without bound values, as a % in the name of a column would be taken for a placeholder
    statement = sql.SQL('select id, st_asbinary(geom), {} from {} where id = any({})').format(
        sql.SQL(', ').join(map(sql.Identifier, names)), sql.Identifier('staging', staging), sql.Literal(rows)
    )
    with db.cursor() as cursor:
        cursor.execute(statement)
        return {
            row: ({s: _plain(v) for s, v in zip(sources, values, strict=True)}, bytes(wkb))
            for row, wkb, *values in cursor
        }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
