"""What `locality.yml` says of reports by citizens is checked when it is read, and names key and fix."""

from pathlib import Path

import pytest

from dothi.core.locality import load_locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.settings import LOCALITIES, PROJECT
from tests.citizen.conftest import PROBLEMS, RULES, write_city
from tests.nam_dinh import NAM_DINH


def test_the_demo_takes_reports_and_other_localities_do_not() -> None:
    rules = load_locality(NAM_DINH).citizen_reporting
    assert rules is not None
    layer = load_locality(NAM_DINH).layers[rules.layer]
    assert {*rules.kinds_of(layer)} == {*(layer.columns['category'].domain or {})}
    for other in (LOCALITIES / 'ninh_binh', PROJECT / 'tests' / 'localities' / 'bay'):
        assert load_locality(other).citizen_reporting is None


def test_the_rules_of_the_tests_are_whole(tmp_path: Path) -> None:
    rules = write_city(tmp_path).citizen_reporting
    assert rules is not None
    assert (rules.per_address, rules.photo_bytes, rules.code_prefix) == (5, 2 * 2**20, 'CD-')


@pytest.mark.parametrize(
    ('before', 'after', 'words'),
    [
        ('layer: problems', 'layer: problem', '"problems"'),
        ('photo_mb: 2', 'foto_mb: 2', 'photo_mb'),
        ('per_day: 20', 'per_day: 0', 'per_day'),
        ('photo_mb: 2', 'photo_mb: 21', 'photo_mb'),
        ('keep_days: 30', 'keep_days: never', 'keep_days'),
        ('kind: what', 'kind: which', 'which'),
        ('kind: what, ', '', 'kind'),
        ('kind: what', 'kind: code', 'twice'),
        ('received_at: since', 'received_at: note', 'note'),
        ('since, unit: district', 'district, unit: since', 'received_at'),
        ('unit: district', 'unit: note', 'unit_layer'),
        ('  values: {state: open}\n', '', 'state'),
        ('state: open', 'state: lost', 'lost'),
        ('kinds: [hole, lamp]', 'kinds: [hole, dragon]', 'dragon'),
        ('kinds: [hole, lamp]', 'kinds: []', 'kinds'),
        ('max_characters: 200', 'max_characters: 5', 'min_characters'),
        ('columns: {code: code', 'columns: {contact: code', 'contact'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path: Path, before: str, after: str, words: str) -> None:
    assert before in RULES
    with pytest.raises(BadLocalityFile) as error:
        write_city(tmp_path, RULES.replace(before, after))
    assert 'locality.yml' in error.value.text.en
    assert 'citizen_reports' in error.value.text.en
    assert words in error.value.text.en
    assert error.value.text.vi != error.value.text.en


def test_a_layer_of_lines_takes_no_reports(tmp_path: Path) -> None:
    with pytest.raises(BadLocalityFile, match='holds no points'):
        write_city(tmp_path, problems=PROBLEMS.replace('geometry: Point', 'geometry: LineString'))


def test_a_fault_in_the_layer_file_closes_reports_and_nothing_else(tmp_path: Path) -> None:
    locality = write_city(tmp_path, problems=PROBLEMS.replace('geometry: Point', 'geometry: Dot'))
    assert [*locality.broken] == ['problems']
    assert locality.citizen_reporting is None
    assert [*locality.layers] == ['districts']
