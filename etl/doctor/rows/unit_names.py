"""Names of units against the register: a row that carries one unit's code and another one's name."""

from typing import Any

import numpy as np

from dothi.core.layer import Layer
from dothi.core.text import Text, search_key
from etl.doctor.columns import Matching
from etl.register import RegisterRows
from etl.report.problems import Finding


def names_of_other_units(
    typed: dict[str, Any], layer: Layer, matching: Matching, register: RegisterRows | None
) -> list[Finding]:
    """Rows whose name is that of a unit with another code, and of one unit only.

    A name that the register does not have is no fault: it may be new, or written another way.
    """
    if register is None or 'name' not in matching.source_of or 'name' not in layer.columns:
        return []
    codes_by_name: dict[str, list[str]] = {}
    for code, row in register.rows.items():
        codes_by_name.setdefault(search_key(row.get('name', '')), []).append(code)
    rows, says = [], []
    pairs = zip(typed[register.key].to_pylist(), typed['name'].to_pylist(), strict=True)
    for position, (code, name) in enumerate(pairs):
        codes = codes_by_name.get(search_key(name or ''), [])
        if code in register.rows and len(codes) == 1 and codes[0] != code:
            rows.append(position)
            says.append(_belongs(codes[0], code, register.rows[code].get('name', '')))
    source = matching.source('name')
    return [Finding('other_unit_name', np.array(rows, dtype=np.intp), says, source)] if rows else []


def _belongs(its_code: str, code: str, its_name: str) -> Text:
    return Text(
        vi=f'là tên của đơn vị {its_code}, còn mã {code} là {its_name}. Kiểm tra xem mã có bị đổi chỗ không.',
        en=f'is the name of the unit {its_code}, while {code} is {its_name}. See whether codes were exchanged.',
    )
