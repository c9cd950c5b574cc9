"""Who sees what by the rules of a locality: people of every role and agency, worked out here from the file alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dothi.core.access.person import Role
from tests.access.lagoon import ACCESS, AGENCIES, COVERAGE, LAYERS, Cell, Lagoon, key_of, running_lagoon
from tests.access.test_matrix import PICTURES, ROWS, Note, Probe, counted, wrong
from tests.conftest import Instance
from tests.matrix import exhaustive

UNITS = {name: agency.get('unit_code') for name, agency in yaml.safe_load(AGENCIES).items()} | {None: None}
KINDS = [(role, agency) for role in Role for agency in UNITS if agency or role is not Role.FOCAL_POINT]
DISTRICT_OF = {'a': '1', 'b': '2'}


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'full-table'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        place.keys = {f'{role} of {agency}': key_of(f'{role}-{agency}'.lower(), role, agency) for role, agency in KINDS}
        yield place


def full_table() -> list[Cell]:
    rules = yaml.safe_load(ACCESS)
    return [
        cell(f'{role} of {agency}', layer, [rule for rule in rules[role] if 'see' in rule['may']], agency)
        for role, agency in KINDS
        for layer in (*LAYERS, COVERAGE)
    ]


def cell(person: str, layer: str, rules: list[dict[str, Any]], agency: str | None) -> Cell:
    holding = [rule for rule in rules if is_about(rule, layer, agency)]
    rows = {code for rule in holding for code in 'ab' if shows(rule, code, agency)}
    owner = layer == 'meters' and any(rule.get('columns') in ('all', ['owner']) for rule in holding)
    return Cell(person, layer, ''.join(sorted(rows)), owner)


def is_about(rule: dict[str, Any], layer: str, agency: str | None) -> bool:
    access, supplier = LAYERS.get(layer, ('restricted', 'centre'))
    if isinstance(rule['layers'], list):
        return layer in rule['layers']
    return {'all': access != 'restricted', 'restricted': access == 'restricted', 'own': supplier == agency}[
        rule['layers']
    ]


def shows(rule: dict[str, Any], code: str, agency: str | None) -> bool:
    values = rule.get('rows', {}).get('district')
    if values is None:
        return True
    return DISTRICT_OF[code] in ([UNITS[agency]] if values == 'own' else values)


@exhaustive
@pytest.mark.parametrize('name', [*ROWS, *PICTURES, 'count'])
def test_people_of_every_role_and_agency_see_what_the_rules_say(
    lagoon: Lagoon, record_property: Note, name: str
) -> None:
    """A layer of which somebody may see rows, and there are none, is there, and empty."""
    probe: Probe = counted if name == 'count' else {**ROWS, **PICTURES}[name]
    table = [cell for cell in full_table() if cell.layer != COVERAGE or name in ('map', 'WMS', 'WMTS')]
    # nobody can say where an empty layer is
    table = [cell for cell in table if name != 'extent' or cell.rows]

    def expected(cell: Cell) -> str:
        if name == 'count':
            return 'x' * len(cell.rows)
        return cell.rows + '+' * (cell.owner and name in ROWS)

    assert len(table) > 100
    record_property('cells', len(table))
    assert wrong(lagoon, probe, table, expected) == []
