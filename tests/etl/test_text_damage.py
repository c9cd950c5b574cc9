"""Text that a program harmed: mended where that is certain, told where it is lost, left alone where it is well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.doctor.text.damage import may_be_harmed, mend
from tests.etl.conftest import Agency, Query, Send

VIETNAMESE = (
    'aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ ,.-/()0123456789'
)


@pytest.mark.parametrize(
    ('harmed', 'meant', 'kind'),
    [
        (r'Tr\U+01B0\U+1EDDng', 'Trường', 'escaped'),
        ('Tr&#432;&#7901;ng', 'Trường', 'entity'),
        ('Tr&#x1B0;&#x1EDD;ng', 'Trường', 'entity'),
        ('X&acirc;y &amp; s&#7917;a', 'Xây & sửa', 'entity'),
        ('Hải\u00a0Hậu', 'Hải Hậu', 'blank'),
        ('Hải\u200b Hậu\ufeff', 'Hải Hậu', 'blank'),
        ('ТН-01', 'TH-01', 'lookalike'),
        ('TН01', 'TH01', 'lookalike'),
    ],
)
def test_what_is_certain_is_mended(harmed: str, meant: str, kind: str) -> None:
    assert mend(harmed) == (meant, [kind])
    assert may_be_harmed(harmed.encode())


@pytest.mark.parametrize('text', ['Tr??ng', 'Tr?ng', 'H?i H?u', '??'])
def test_what_is_lost_stays_and_is_told(text: str) -> None:
    assert mend(text) == (text, ['lost'])


@pytest.mark.parametrize(
    'text',
    [
        'Ở đâu?', 'Sao? Vậy à?', 'http://a.vn/?id=1', 'www.a.vn/x?y=z', 'A & B', 'AT&T; x', 'Москва', 'Ω', '5 < 6',
        'C:\\Users', 'Trường THCS Hải Hậu', 'maps.a.vn/x?y=1', 'Đường hỏng??', r'a\U+0000', r'a\U+D800b',
        'a&#0;', 'a&#xD800;',
    ],
)  # fmt: skip
def test_what_is_well_or_stands_for_no_letter_is_left_alone(text: str) -> None:
    assert mend(text) == (text, [])


@given(st.text(alphabet=VIETNAMESE + VIETNAMESE.upper(), max_size=40))
def test_vietnamese_text_is_never_touched(text: str) -> None:
    assert mend(text) == (text, [])
    assert not may_be_harmed(text.encode())


def test_mended_text_is_released_and_the_report_shows_it(agency: Agency, send: Send, query: Query) -> None:
    rows = [(agency.school('A1', TEN_TRUONG='Tr&#432;&#7901;ng A'), agency.point())]
    report = send(agency.geojson('t.geojson', rows), 'schools')
    assert report.verdict == 'accepted'
    assert query('select name from layer.schools') == [('Trường A',)]
    (note,) = [note.vi for note in report.notes if '&#432;' in note.vi]
    assert 'TEN_TRUONG: 1 giá trị' in note
    assert '"Tr&#432;&#7901;ng A" → "Trường A"' in note


def test_a_file_that_lost_its_letters_waits_for_a_person(agency: Agency, send: Send, query: Query) -> None:
    """Three names of five; one that may be a slip of the pen does not hold the file."""
    lost = [(agency.school(f'A{n}', TEN_TRUONG=f'Tr??ng s? {n}'), agency.point(10 * n)) for n in range(5)]
    report = send(agency.geojson('t.geojson', lost), 'schools')
    assert (report.verdict, report.held) == ('undecided', ['letters'])
    assert 'Tr??ng s? 0' in ' '.join(note.vi for note in report.notes)
    assert query('select count(*) from layer.schools') == [(0,)]
    assert send(agency.geojson('t.geojson', lost), 'schools', accept_loss=True).verdict == 'accepted'


def test_one_value_that_lost_its_letters_is_a_note(agency: Agency, send: Send) -> None:
    rows = [(agency.school(f'A{n}'), agency.point(10 * n)) for n in range(60)]
    rows.append((agency.school('B', TEN_TRUONG='Tr??ng B'), agency.point(0, 50)))
    report = send(agency.geojson('t.geojson', rows), 'schools')
    assert report.verdict == 'accepted'
    assert any('Tr??ng B' in note.vi for note in report.notes)


def test_keys_that_differ_in_case_only_are_told(agency: Agency, send: Send) -> None:
    report = send(agency.schools('th-01', 'TH-01', 'TH-02'), 'schools')
    assert report.verdict == 'accepted'
    assert report.rows.warnings_by_code == {'key_case': 1}
