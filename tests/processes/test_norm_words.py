"""Norms in words: clauses in both languages, classes of values as people read them."""

import csv

import pytest

from dothi.core.settings import LOCALITIES
from processes.norm_words import CLAUSES, class_words, clause_words


@pytest.mark.parametrize(
    ('text', 'vi', 'en'),
    [
        ('(35,110] kV', 'trên 35 đến 110 kV', 'over 35 up to 110 kV'),
        ('[0,22) kV', 'từ 0 dưới 22 kV', 'from 0 below 22 kV'),
        ('[80,80] cm', '80 cm', '80 cm'),
        ('(500,) kV', 'trên 500 kV', 'over 500 kV'),
        ('(,22] kV', 'đến 22 kV', 'up to 22 kV'),
        ('A', 'A', 'A'),
    ],
)
def test_a_class_is_in_words(text: str, vi: str, en: str) -> None:
    assert class_words(text).model_dump() == {'vi': vi, 'en': en}


def test_each_clause_that_we_ship_is_in_both_languages() -> None:
    """A planner read "Decree 14/2014/ND-CP, art. 11" on a Vietnamese page; names of standards are the same in both."""
    with (LOCALITIES / 'library' / 'norms.csv').open(encoding='utf-8') as file:
        clauses = {row['clause'] for row in csv.DictReader(file)}
    assert {clause for clause in clauses if not clause.startswith('QCVN')} <= CLAUSES.keys()
    assert clause_words('Our own rule').vi == 'Our own rule'
