"""Norms: what the file may say, which value is meant, and that the database says the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.database import connection
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from dothi.core.norms import COLUMNS, BadNormsFile, Norm, norm_for, norms_version, read_norms
from dothi.core.settings import PROJECT
from tests.nam_dinh import whole_copy

DAY = date(2024, 8, 31)
ROW = {
    'norm': 'corridor', 'subject': 'line', 'condition': 'any', 'class_from': '0', 'class_to': '22',
    'class_unit': 'kV', 'value': '2', 'unit': 'm', 'clause': 'art. 11', 'measured_from': 'conductor',
    'valid_from': '2014-04-15', 'valid_to': '', 'verified': 'yes',
}  # fmt: skip


def norms_file(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / 'norms.csv'
    lines = [COLUMNS, *([(ROW | row)[name] for name in COLUMNS] for row in rows)]
    file.write_text('\n'.join(','.join(f'"{cell}"' for cell in line) for line in lines), encoding='utf-8')
    return file


@pytest.mark.parametrize(
    ('kv', 'condition', 'width_m'),
    [
        (0.4, 'insulated', 1), (22, 'insulated', 1), (22, 'bare', 2), (22.1, 'bare', 3), (35, 'insulated', 1.5),
        (110, 'insulated', 4), (110, 'bare', 4), (220, 'bare', 6), (500, 'bare', 7), (500.1, 'bare', None),
        (0, 'bare', None), (None, 'bare', None), (22, None, None), (110, None, 4),
    ],
)  # fmt: skip
def test_a_class_ends_with_its_upper_bound(
    locality: Locality, kv: float | None, condition: str | None, width_m: float | None
) -> None:
    """22 kV belongs to the class up to 22, anything above it to the next; insulation decides only where it matters."""
    norm = norm_for(locality.norms('power_line_corridor', DAY), 'power_line', condition=condition, quantity=kv)
    assert (norm.value if norm else None) == width_m


@pytest.mark.parametrize(
    ('capacity', 'enclosed_m', 'open_m'),
    [(199.9, 10, 80), (200, 15, 100), (5_000, 15, 100), (5_001, 30, 250), (50_000, 30, 250), (50_001, 40, 350)],
)
def test_a_class_may_say_that_it_begins_with_its_lower_bound(
    locality: Locality, capacity: float, enclosed_m: float, open_m: float
) -> None:
    """Table 2.22 says "<200" and "200–5,000": works of just 200 m³ a day are of the second class."""
    norms = locality.norms('wastewater_isolation', DAY)
    for condition, value in (('enclosed', enclosed_m), ('open', open_m)):
        norm = norm_for(norms, 'treatment_works', condition=condition, quantity=capacity)
        assert norm is not None
        assert norm.value == value


@pytest.mark.parametrize(
    ('norm', 'subject', 'condition', 'value'),
    [
        ('river_dike_corridor', '3', 'settlement', 5), ('river_dike_corridor', 'special', 'landward', 25),
        ('river_dike_corridor', '1', 'riverward', 20), ('sea_dike_corridor', '2', 'seaward', 200),
        ('river_dike_corridor', '4', 'landward', None), ('landfill_isolation', 'inorganic', None, 100),
        ('landfill_isolation', 'incinerator', None, None), ('cemetery_isolation', 'cemetery', 'untreated', 1500),
        ('cemetery_isolation', 'cemetery', 'treated', 500), ('cemetery_isolation', 'cemetery', None, None),
        ('service_distance', 'primary', 'rural', 1000), ('service_distance', 'primary', 'urban', 500),
        ('service_distance', 'park', 'urban', 300), ('facilities_per_unit', 'station', None, 1),
        ('green_space_per_person', '2', 'urban', 6), ('road_technical_class', 'provincial', None, 4),
    ],
)  # fmt: skip
def test_values_without_a_class_follow_subject_and_condition(
    locality: Locality, norm: str, subject: str, condition: str | None, value: float | None
) -> None:
    found = norm_for(locality.norms(norm, DAY), subject, condition=condition)
    assert (found.value if found else None) == value


def test_norms_apply_from_the_day_they_came_into_force(locality: Locality) -> None:
    assert len(locality.norms('power_line_corridor', DAY)) == 7
    assert locality.norms('power_line_corridor', date(2014, 4, 14)) == []


def test_a_value_ends_before_its_successor_begins(tmp_path: Path) -> None:
    old, new = {'valid_to': '2025-01-01'}, {'valid_from': '2025-01-01', 'value': '3'}
    norms = read_norms(norms_file(tmp_path, old, new))
    assert [norm.value for norm in norms if norm.in_force(date(2024, 12, 31))] == [2]
    assert [norm.value for norm in norms if norm.in_force(date(2025, 1, 1))] == [3]


def test_what_nobody_has_verified_is_marked(locality: Locality) -> None:
    unverified = {norm.norm for norm in locality.norm_values if not norm.verified}
    assert unverified >= {'road_safety_strip', 'road_technical_class', 'landfill_isolation'}
    assert not unverified & {'power_line_corridor', 'river_dike_corridor', 'wastewater_isolation', 'cemetery_isolation'}


@pytest.mark.parametrize(
    ('rows', 'line', 'told'),
    [
        ([{'value': 'two'}], 2, 'column value ("two")'),
        ([{'value': 'nan'}], 2, 'column value ("nan")'),
        ([{}, {'subject': 'Pole'}], 3, 'column subject ("Pole")'),
        ([{'class_from': 'inf'}], 2, 'column class_from ("inf")'),
        ([{'class_from': '22', 'class_to': '22'}], 2, 'class_to must be greater'),
        ([{'class_unit': ''}], 2, 'class_unit is missing'),
        ([{'verified': 'perhaps'}], 2, 'column verified ("perhaps")'),
        ([{'clause': ''}], 2, 'column clause'),
        ([{'valid_to': '2014-04-15'}], 2, 'valid_to must be later'),
        ([{'value': '1', 'unit': 'km'}], 2, 'a length must be in m'),
        ([{'valid_from': '15/04/2014'}], 2, 'column valid_from ("15/04/2014")'),
        ([{}, {}], 3, 'overlaps line 2'),
        ([{}, {'class_from': '21', 'class_to': '35'}], 3, 'overlaps line 2'),
        ([{}, {'class_from': '>=22', 'class_to': '35'}], 3, 'overlaps line 2'),
        ([{'condition': 'bare'}, {'condition': 'any'}], 3, 'overlaps line 2'),
        ([{}, {'subject': 'any', 'class_from': '', 'class_to': ''}], 3, 'overlaps line 2'),
        ([{'valid_to': '2020-01-01'}, {'valid_from': '2019-12-31'}], 3, 'overlaps line 2'),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_meant_is_named_with_its_line(
    tmp_path: Path, rows: list[dict[str, str]], line: int, told: str
) -> None:
    with pytest.raises(BadNormsFile) as bad:
        read_norms(norms_file(tmp_path, *rows))
    assert f'norms.csv:{line}:' in bad.value.text.en
    assert told in bad.value.text.en
    assert bad.value.text.vi != bad.value.text.en


@pytest.mark.parametrize(
    'rows',
    [
        [{}, {'class_from': '22', 'class_to': '35'}],
        [{'class_to': '<22'}, {'class_from': '>=22', 'class_to': '35'}],
        [{'condition': 'bare'}, {'condition': 'insulated'}],
        [{}, {'norm': 'strip'}],
        [{'class_from': '>=80', 'class_to': '80'}, {'class_from': '>=100', 'class_to': '100'}],
    ],
)
def test_neighbours_do_not_overlap(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    assert len(read_norms(norms_file(tmp_path, *rows))) == len(rows)


def test_an_unknown_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    file = norms_file(tmp_path, {})
    file.write_text(file.read_text(encoding='utf-8').replace('"condition"', '"conditon"'), encoding='utf-8')
    with pytest.raises(BadNormsFile, match=r'norms\.csv:1: there is no column "conditon". Did you mean "condition"'):
        read_norms(file)


@pytest.mark.parametrize('cell', [',"more"', None])
def test_a_row_with_too_many_or_too_few_cells_is_refused(tmp_path: Path, cell: str | None) -> None:
    file = norms_file(tmp_path, {})
    text = file.read_text(encoding='utf-8')
    file.write_text(text + cell if cell else text.removesuffix(',"yes"'), encoding='utf-8')
    with pytest.raises(BadNormsFile, match=r'norms\.csv:2: must have 13 cells'):
        read_norms(file)


def test_a_file_that_is_not_right_leaves_the_locality_usable_and_the_norms_refused(tmp_path: Path) -> None:
    copy = whole_copy(tmp_path / 'locality')
    norms_file(copy, {'value': 'two'})
    locality = load_locality(copy)
    assert 'roads' in locality.layers
    with pytest.raises(BadNormsFile, match='column value'):
        locality.norms('corridor', DAY)


@pytest.mark.parametrize('name', ['bay', 'world'])
def test_other_localities_have_the_same_columns(name: str) -> None:
    assert load_locality(PROJECT / 'tests' / 'localities' / name).broken == {}


def test_the_version_changes_with_a_value_and_not_with_the_order(locality: Locality) -> None:
    norms = locality.norm_values
    assert norms_version(reversed(norms)) == norms_version(norms) == locality.norms_version
    assert norms_version([norms[0].model_copy(update={'value': 9.0}), *norms[1:]]) != norms_version(norms)


def test_the_database_says_what_the_file_says(database: dict[str, str], locality: Locality) -> None:
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute('select count(*), count(distinct version), min(version) from norm.value')
        assert cursor.fetchone() == (len(locality.norm_values), 1, locality.norms_version)


def test_migrate_replaces_values_that_changed_and_keeps_them_when_the_file_is_broken(
    database: dict[str, str], locality: Locality
) -> None:
    changed = replace(locality, norm_values=locality.norm_values[:3])
    assert migrate(locality).norms == []
    assert migrate(changed).norms == [f'norm.value: {len(locality.norm_values)} → 3 ({changed.norms_version})']
    broken = replace(locality, norm_values=(), broken={'norms': BadNormsFile(vi='', en='')})
    assert migrate(broken).norms == []
    assert len(in_database('corridor_of_none', 1.0)) == 0
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute('select count(*) from norm.value')
        assert cursor.fetchone() == (3,)


def in_database(norm: str, quantity: float) -> set[tuple[str, str, float]]:
    """Subject, condition and value whose class holds the quantity."""
    with connection('reader_internal') as db, db.cursor() as cursor:
        query = 'select subject, condition, value from norm.value where norm = %s and class @> %s::numeric'
        cursor.execute(query, [norm, Decimal(str(quantity))])
        return set(cursor.fetchall())


QUANTITIES = [0, 22, 22.5, 35, 110, 199.5, 200, 500, 501, 4_999, 5_000, 5_001, 50_000, 50_000.5]


@pytest.mark.parametrize('norm', ['power_line_corridor', 'wastewater_isolation', 'cemetery_isolation'])
def test_sql_and_python_find_the_same_values(database: dict[str, str], locality: Locality, norm: str) -> None:
    for quantity in QUANTITIES:
        held = {(n.subject, n.condition, n.value) for n in locality.norms(norm, DAY) if n.holds(quantity)}
        assert in_database(norm, quantity) == held


@given(st.floats(-1e6, 1e6), st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6, unique=True))
def test_every_quantity_between_the_first_and_the_last_bound_is_in_just_one_class(
    quantity: float, bounds: list[float]
) -> None:
    edges = [repr(edge) for edge in sorted(bounds)]
    row = ROW | {'norm': 'n'}
    classes = [Norm.model_validate(row | {'class_from': low, 'class_to': high}) for low, high in pairwise(edges)]
    assert sum(norm.holds(quantity) for norm in classes) == (min(bounds) < quantity <= max(bounds))


def test_a_locality_without_norms_works(tmp_path: Path) -> None:
    assert read_norms(tmp_path / 'norms.csv') == ()
