"""Units through time, from files to figures: versions, lineage, and what may be told of one day by another's units."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.core.locality import Locality, load_locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.settings import PROJECT
from dothi.core.unit_crosswalk import NotDivisible, NoUnitsThen, crosswalk, parents
from dothi.core.unit_register import (
    Step,
    UnitRegister,
    UnitVersion,
    UnknownUnit,
    layer_of,
    level_of,
    unit_register,
)
from tests.matrix import number_of_examples
from tests.nam_dinh import NAM_DINH

REGISTER = unit_register(load_locality(NAM_DINH))
STATES = [date(2020, 3, 1), date(2024, 9, 1), date(2025, 7, 1)]

UNITS = """code,level,name,parent_code,valid_from,valid_to,population_1999,decree
01,ward,North,9,2000-01-01,2010-01-01,30,A
02,ward,South,9,2000-01-01,2010-01-01,10,A
03,ward,Farm,8,2000-01-01,2010-01-01,60,A
01,ward,Centre,9,2010-01-01,2020-01-01,40,B
03,ward,Farm,8,2010-01-01,2020-01-01,60,B
11,ward,Old town,9,2020-01-01,,10,C
12,ward,New town,9,2020-01-01,,30,C
03,ward,Farm and port,8,2020-01-01,,60,C
8,town,East,1,2000-01-01,,60,A
9,town,West,1,2000-01-01,,40,A
"""
LINEAGE = """level,date,from_code,to_code,decree
ward,2010-01-01,01,01,B
ward,2010-01-01,02,01,B
ward,2010-01-01,03,03,B
ward,2020-01-01,01,11,C
ward,2020-01-01,01,12,C
ward,2020-01-01,03,03,C
"""
FIRST, SECOND, THIRD = date(2005, 1, 1), date(2015, 1, 1), date(2025, 1, 1)


@pytest.fixture
def written(locality: Locality, tmp_path: Path) -> Callable[..., UnitRegister]:
    """Reads two files as a locality's register: the first ones merge, then one is split."""

    def read(units: str | bytes = UNITS, lineage: str | None = LINEAGE) -> UnitRegister:
        (tmp_path / 'units').mkdir(exist_ok=True)
        (tmp_path / 'units' / 'units.csv').write_bytes(units if isinstance(units, bytes) else units.encode())
        if lineage is not None:
            (tmp_path / 'units' / 'lineage.csv').write_text(lineage, encoding='utf-8')
        return unit_register(replace(locality, path=tmp_path))

    return read


def people_of(level: str, day: date) -> dict[str, int]:
    """What the census counted in each unit of that day, by code; each unit has a figure."""
    people = {unit.code: unit.population for unit in REGISTER.on(day, level)}
    counted = {code: number for code, number in people.items() if number is not None}
    assert counted == people
    return counted


def after_of(step: Step) -> UnitVersion:
    """What a step leads to, which is not the end of a unit."""
    assert step.after is not None
    return step.after


def test_the_three_states_have_the_real_counts_and_the_whole_census(locality: Locality) -> None:
    """226, 175 and 57 communes, ten, nine and no districts, and everybody whom the census of 2019 counted in each."""
    counts = [(len(REGISTER.on(day, 'district')), len(REGISTER.on(day, 'commune'))) for day in STATES]
    assert counts == [(10, 226), (9, 175), (0, 57)]
    for day in STATES:
        assert sum(people_of('commune', day).values()) == 1_780_393
    for day in STATES[:2]:
        assert sum(people_of('district', day).values()) == 1_780_393
    assert REGISTER.census == 2019


def test_a_change_happens_between_two_days(locality: Locality) -> None:
    """The last day of the old units is the eve of the first day of the new ones: none misses, none is there twice."""
    assert len(REGISTER.on(date(2024, 8, 31), 'commune')) == 226
    assert len(REGISTER.on(date(2024, 9, 1), 'commune')) == 175
    assert len(REGISTER.on(date(2025, 6, 30), 'commune')) == 175


def test_the_population_of_a_merged_unit_is_that_of_its_parts() -> None:
    """What the files state for later units agrees with what the lineage says they were made of."""
    for start, end in pairwise(STATES):
        added_up = crosswalk(REGISTER, 'commune', start, end).convert(people_of('commune', start))
        assert added_up == people_of('commune', end)


def test_every_commune_lies_in_a_district_of_its_time() -> None:
    """As long as there are districts; and a district's people are its communes'."""
    for day in STATES[:2]:
        people, people_of_commune = Counter[str](), people_of('commune', day)
        for unit in REGISTER.on(day, 'commune'):
            people[unit.parent_code] += people_of_commune[unit.code]
        assert people == people_of('district', day)


def test_every_version_that_ended_has_a_step_and_every_later_one_too() -> None:
    """No unit of Nam Dinh vanishes, or appears, without the files saying how."""
    ended = {unit for unit in REGISTER.versions if unit.valid_to}
    assert {step.before for step in REGISTER.steps} >= {unit for unit in ended if unit.level == 'commune'}
    assert {step.after for step in REGISTER.steps} >= {
        unit for unit in REGISTER.versions if unit.valid_from > STATES[0] and unit.level == 'commune'
    }
    assert all(step.decree for step in REGISTER.steps)


def test_a_code_that_survives_names_another_unit_afterwards() -> None:
    """13669 was three units: a ward, a larger ward, and the ward that took the name of the province."""
    names = [(unit.name, str(unit.valid_from)) for unit in REGISTER.history('13669')]
    assert names == [
        ('Phường Trần Đăng Ninh', '2020-03-01'),
        ('Phường Cửa Bắc', '2024-09-01'),
        ('Phường Nam Định', '2025-07-01'),
    ]


def test_kinds_of_steps_follow_from_the_files(written: Callable[..., UnitRegister]) -> None:
    """Merger and split from how many lines name a unit, the rest from what differs."""
    kinds = [(step.before.code, after_of(step).code, step.kind) for step in written().steps]
    assert kinds == [
        ('01', '01', 'merge'), ('02', '01', 'merge'), ('03', '03', 'continue'),
        ('01', '11', 'split'), ('01', '12', 'split'), ('03', '03', 'rename'),
    ]  # fmt: skip
    ends = [step for step in REGISTER.steps if step.kind == 'end']
    assert {step.before.code for step in ends} == {'356', *map(str, range(359, 367))}
    moved = next(step for step in REGISTER.steps if step.before.code == '13711')
    assert (moved.kind, moved.before.parent_code, after_of(moved).parent_code) == ('transfer', '358', '356')


def test_merged_units_add_up_exactly_and_divided_ones_are_marked(written: Callable[..., UnitRegister]) -> None:
    """Forward over the merger 3 + 4; over the split by census, 1 : 3; back over the merger by census, 3 : 1."""
    register = written()
    merged = crosswalk(register, 'ward', FIRST, SECOND)
    assert merged.convert({'01': 3, '02': 4, '03': 5}) == {'01': 7, '03': 5}
    assert merged.estimated == frozenset()
    split = crosswalk(register, 'ward', SECOND, THIRD)
    assert split.convert({'01': 8, '03': 5}) == {'11': 2, '12': 6, '03': 5}
    assert split.estimated == {'11', '12'}
    back = crosswalk(register, 'ward', SECOND, FIRST)
    assert back.convert({'01': 8, '03': 5}) == {'01': 6, '02': 2, '03': 5}
    assert back.estimated == {'01', '02'}


def test_a_way_over_two_changes_is_followed_to_its_end(written: Callable[..., UnitRegister]) -> None:
    """North merges into Centre, of which a quarter becomes Old town; back, Centre is the sum of both again."""
    register = written()
    there = crosswalk(register, 'ward', FIRST, THIRD)
    assert there.shares['01'] == {'11': 0.25, '12': 0.75}
    again = crosswalk(register, 'ward', THIRD, SECOND)
    assert again.convert({'11': 2, '12': 6, '03': 5}) == {'01': 8, '03': 5}
    assert again.estimated == frozenset()


@settings(deadline=None, max_examples=number_of_examples(10, 30))
@given(st.randoms(use_true_random=False), st.permutations(STATES))
def test_nobody_is_lost_or_made_up_on_the_way_between_two_days(chance: random.Random, days: list[date]) -> None:
    """Whatever the figures and the direction, sums stay; back in time and forth again is where it began."""
    start, end = days[:2]
    values = {unit.code: chance.randint(0, 9_999) for unit in REGISTER.on(start, 'commune')}
    there = crosswalk(REGISTER, 'commune', start, end).convert(values)
    assert sum(there.values()) == pytest.approx(sum(values.values()))
    if start > end:
        back = crosswalk(REGISTER, 'commune', end, start).convert(there)
        assert back == pytest.approx(values)


def test_four_wards_of_2025_cannot_be_given_to_a_district() -> None:
    """They straddle former districts, and are named; from the communes of 2024 the same is exact."""
    with pytest.raises(NotDivisible) as refused:
        parents(REGISTER, 'commune', date(2025, 8, 1), 'district', date(2024, 10, 1))
    for code in ('13699', '13777', '13972', '13984'):
        assert code in refused.value.text.vi
        assert code in refused.value.text.en
    assert refused.value.text.en.count('Phường') == 4
    around = parents(REGISTER, 'commune', date(2020, 3, 1), 'district', date(2024, 10, 1))
    assert len(around) == 226
    assert Counter(around.values())['356'] == 36


def test_the_only_unit_of_a_level_takes_all_figures(written: Callable[..., UnitRegister]) -> None:
    """A locality may be one district: its wards still belong to it."""
    one_town = 'code,level,name,parent_code,valid_from,valid_to,population_1999,decree\n'
    one_town += '01,ward,North,9,2000-01-01,,30,A\n02,ward,South,9,2000-01-01,,10,A\n9,town,West,1,2000-01-01,,40,A\n'
    register = written(units=one_town, lineage=None)
    assert parents(register, 'ward', FIRST, 'town', FIRST) == {'01': '9', '02': '9'}


def test_a_day_without_units_is_refused_with_the_days_of_change() -> None:
    """After the district level was abolished there is nothing to group by, and an empty map would hide that."""
    with pytest.raises(NoUnitsThen, match='2025-07-01'):
        crosswalk(REGISTER, 'district', date(2024, 10, 1), date(2025, 8, 1))


def test_a_split_without_a_census_is_not_guessed(written: Callable[..., UnitRegister]) -> None:
    """Half and half would be made up."""
    with pytest.raises(NotDivisible, match='01'):
        crosswalk(written(UNITS.replace('Old town,9,2020-01-01,,10', 'Old town,9,2020-01-01,,')), 'ward', SECOND, THIRD)


def test_without_a_lineage_units_are_known_by_their_days_alone(written: Callable[..., UnitRegister]) -> None:
    """Then what became of a unit is not known, and said so."""
    register = written(lineage=None)
    assert len(register.on(FIRST, 'ward')) == 3
    with pytest.raises(NotDivisible, match='01, 02, 03'):
        crosswalk(register, 'ward', FIRST, SECOND)


def test_a_locality_without_units_has_none() -> None:
    """The localities of the tests have no such files."""
    for name in ('bay', 'world'):
        locality = load_locality(PROJECT / 'tests' / 'localities' / name)
        assert unit_register(locality) == UnitRegister()
        assert unit_register(locality).on(STATES[0], 'commune') == []


@pytest.mark.parametrize(
    ('units', 'lineage', 'says'),
    [
        (UNITS.replace('30,A', 'thirty,A'), LINEAGE, r'units.csv:2.*thirty'),
        (UNITS.replace('2010-01-01,30', '2011-01-01,30'), LINEAGE, r'01 names two units on 2010-01-01'),
        (UNITS, LINEAGE.replace('02,01', '04,01'), r'lineage.csv:3.*no unit 04 with valid_to 2010-01-01'),
        (UNITS, LINEAGE.replace('01,12', '01,13'), r'lineage.csv:6.*no unit 13 with valid_from 2020-01-01'),
        (UNITS, LINEAGE.replace('2020-01-01,03', '1/1/2020,03'), r'lineage.csv:7'),
        (UNITS.replace('level', 'rank'), LINEAGE, r'units.csv:1: the columns level are missing'),
        (UNITS.replace(',', ';'), LINEAGE, r'units.csv:1: the columns code, .* are missing. Commas'),
        ('', LINEAGE, r'units.csv:1: the columns code, .* are missing'),
        (UNITS, '', r'lineage.csv:1: the columns date, .* are missing'),
    ],
)  # fmt: skip
def test_files_that_contradict_each_other_are_refused_with_their_line(
    written: Callable[..., UnitRegister], units: str, lineage: str, says: str
) -> None:
    with pytest.raises(BadLocalityFile, match=says):
        written(units, lineage)


def test_files_that_excel_saved_are_read_or_named(written: Callable[..., UnitRegister]) -> None:
    """As "CSV UTF-8" it puts a byte order mark in front, as "Unicode Text" it writes UTF-16."""
    assert written('\ufeff' + UNITS, '\ufeff' + LINEAGE) == written()
    with pytest.raises(BadLocalityFile, match='not readable as UTF-8'):
        written(UNITS.encode('utf-16'))


def test_a_file_that_changed_is_read_again(written: Callable[..., UnitRegister]) -> None:
    """A service that runs for weeks must not answer by last month's units."""
    assert written().history('12')[0].name == 'New town'
    assert written(UNITS.replace('New town', 'Newest town')).history('12')[0].name == 'Newest town'


def test_an_unknown_code_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownUnit, match='13669'):
        REGISTER.history('136690')


def test_levels_and_layers_find_each_other(locality: Locality) -> None:
    """By the register that the layer's file names."""
    assert [level_of(locality.layers[name]) for name in locality.place.unit_layers] == ['district', 'commune']
    assert layer_of('commune', locality) == locality.layers['communes']
    assert layer_of('hamlet', locality) is None
    assert level_of(locality.layers['schools']) is None
