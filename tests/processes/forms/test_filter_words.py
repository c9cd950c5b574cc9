"""Filters as people read them, in reports and in the names of runs."""

import pytest

from dothi.core.layer import Column
from dothi.core.text import Lang, Text
from processes.forms.filter_words import filter_in_words

COLUMNS = {
    'level': Column(
        type='text', title=Text(vi='Cấp học', en='Level'),
        domain={'primary': Text(vi='Tiểu học', en='Primary'), 'upper': Text(vi='Trung học', en='Upper secondary')},
    ),
    'pupils': Column(type='integer', title=Text(vi='Học sinh', en='Pupils')),
    'beds': Column(type='integer', unit='bed', title=Text(vi='Số giường', en='Beds')),
    'opened': Column(type='date', title=Text(vi='Ngày mở', en='Opened')),
    'name': Column(type='text', title=Text(vi='Tên', en='Name')),
    'private': Column(type='boolean', title=Text(vi='Tư thục', en='Private')),
}  # fmt: skip


@pytest.mark.parametrize(
    ('text', 'lang', 'words'),
    [
        ("level = 'primary'", 'vi', 'Cấp học: Tiểu học'),
        ("level IN ('primary', 'upper')", 'en', 'Level: Primary; Upper secondary'),
        ('pupils >= 1200', 'vi', 'Học sinh ≥ 1.200'),
        ('beds < 50', 'vi', 'Số giường < 50\u00a0giường'),
        ('beds < 50', 'en', 'Beds < 50\u00a0beds'),
        ('beds = 1', 'en', 'Beds: 1\u00a0bed'),
        ("level = 'primary' AND pupils < 300", 'en', 'Level: Primary and Pupils < 300'),
        ("level = 'upper' AND (pupils < 300 OR private = true)", 'vi',
         'Cấp học: Trung học và (Học sinh < 300 hoặc Tư thục: có)'),
        ('pupils BETWEEN 100 AND 200', 'en', 'Pupils from 100 to 200'),
        ('name IS NULL', 'vi', 'Tên bỏ trống'),
        ("NOT (level = 'primary')", 'en', 'not (Level: Primary)'),
        ("name LIKE 'Nguyễn%'", 'vi', 'Tên giống "Nguyễn%"'),
        ("opened > DATE('2020-09-05')", 'vi', 'Ngày mở > 05/09/2020'),
        ("level <> 'other'", 'en', 'Level ≠ other'),
    ],
)  # fmt: skip
def test_a_filter_is_in_words(text: str, lang: Lang, words: str) -> None:
    assert filter_in_words(text, COLUMNS, lang) == words


@pytest.mark.parametrize(
    'text',
    ["unknown = 'x'", 'S_INTERSECTS(geom, POINT(106 20))', "CASEI(name) = 'an'", 'level =', '', "pupils > level"],
)  # fmt: skip
def test_what_has_no_words_stands_as_it_was_written(text: str) -> None:
    assert filter_in_words(text, COLUMNS, 'vi') == text
