"""CQL2 (OGC 21-065), classes Case-insensitive Comparison and Accent-insensitive Comparison."""

import unicodedata

import pytest

from tests.api.conformance.filtering import COUNTRIES, PLACES, Filters

CLASSES = [
    'http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison',
    'http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison',
]
pytestmark = pytest.mark.real_data


def bare(text: str) -> str:
    """Without accents; ø has none in Unicode."""
    parts = unicodedata.normalize('NFD', text.replace('ø', 'o').replace('Ø', 'O'))
    return ''.join(char for char in parts if not unicodedata.combining(char))


@pytest.mark.parametrize('word', ['København', 'KØBENHAVN', 'københavn', 'Kiev', 'kiev', 'SÃO PAULO', 'são paulo'])
def test_case_insensitive_comparison(filters: Filters, word: str) -> None:
    """/req/case-insensitive-comparison/casei-function: on both sides, in =, IN and LIKE."""
    filters.check(PLACES, f"CASEI(name) = casei('{word}')", lambda one: one['name'].casefold() == word.casefold())
    filters.check(PLACES, f"CASEI(name) IN (CASEI('{word}'))", lambda one: one['name'].casefold() == word.casefold())
    start = word[:2].casefold()
    filters.check(
        PLACES, f"CASEI(name) LIKE casei('{word[:2]}%')", lambda one: one['name'].casefold().startswith(start)
    )


def test_case_insensitive_comparison_folds_fully(filters: Filters) -> None:
    """E: full case folding, for letters that have no capital of one letter, and for all scripts."""
    for one, other in (('Straße', 'STRASSE'), ('Οδος', 'ΟΔΟΣ'), ('ĐỊNH', 'định'), ('ﬁ', 'FI'), ('Ǆ', 'ǆ'), ('ẞ', 'ß')):
        assert filters.found(PLACES, f"CASEI('{one}') = CASEI('{other}')"), (one, other)
    assert not filters.found(PLACES, "CASEI('a') = CASEI('á')")
    filters.check(COUNTRIES, "CASEI(NAME_EL) = CASEI('ΦΊΤΖΙ')", lambda one: one['NAME_EL'].casefold() == 'φίτζι')
    filters.check(COUNTRIES, "CASEI(NAME_EL) LIKE CASEI('%Σ')", lambda one: one['NAME_EL'].casefold().endswith('σ'))


@pytest.mark.parametrize('word', ['københavn', 'berlin', 'σ', 'straße'.casefold()])
def test_case_insensitive_comparison_folds_as_unicode_does(filters: Filters, word: str) -> None:
    """E: the folded text is that of Unicode, so that one that is written folded needs no function."""
    assert word.casefold() == word
    assert filters.found(PLACES, f"CASEI('{word.upper()}') = '{word}'")
    filters.check(PLACES, f"CASEI(name) = '{word}'", lambda one: one['name'].casefold() == word)


def test_case_insensitive_comparison_of_null_is_null(filters: Filters) -> None:
    """D"""
    filters.check(PLACES, 'CASEI(namealt) IS NULL', lambda one: one['namealt'] is None)
    filters.check(
        PLACES,
        "CASEI(namealt) = CASEI('lome')",
        lambda one: one['namealt'].casefold() == 'lome' if one['namealt'] else None,
    )


@pytest.mark.parametrize('word', ['Chișinău', 'Chisinau', 'København', 'Kobenhavn', 'São Paulo', 'Kiev'])
def test_accent_insensitive_comparison(filters: Filters, word: str) -> None:
    """/req/accent-insensitive-comparison/accenti-function: on both sides, in =, IN and LIKE; case still counts."""
    filters.check(PLACES, f"ACCENTI(name) = accenti('{word}')", lambda one: bare(one['name']) == bare(word))
    filters.check(PLACES, f"ACCENTI(name) IN (ACCENTI('{word}'))", lambda one: bare(one['name']) == bare(word))
    filters.check(
        PLACES, f"ACCENTI(name) LIKE accenti('{word[:5]}%')", lambda one: bare(one['name']).startswith(bare(word[:5]))
    )
    assert not filters.found(PLACES, f"ACCENTI(name) = ACCENTI('{word.lower()}')")


@pytest.mark.parametrize('word', ['CHIȘINĂU', 'chisinau', 'kobenhavn', 'SAO PAULO'])
def test_accent_insensitive_comparison_goes_with_case_insensitive(filters: Filters, word: str) -> None:
    def plain(text: str) -> str:
        return bare(text.casefold())

    for text in (
        f"ACCENTI(CASEI(name)) = accenti(casei('{word}'))",
        f"CASEI(ACCENTI(name)) = casei(accenti('{word}'))",
    ):
        filters.check(PLACES, text, lambda one: plain(one['name']) == plain(word))


@pytest.mark.parametrize('word', ['Φίτζι', 'Φιτζι', 'Βιετνάμ', 'βιετναμ'])
def test_accent_insensitive_comparison_of_other_alphabets(filters: Filters, word: str) -> None:
    """E: marks come off letters of every alphabet; those of Japanese are no accents (recommendation)."""
    filters.check(COUNTRIES, f"ACCENTI(NAME_EL) = ACCENTI('{word}')", lambda one: bare(one['NAME_EL']) == bare(word))
    assert filters.found(PLACES, "ACCENTI('Йод ǿ Đường') = 'Иод o Duong'")
    assert not filters.found(PLACES, "ACCENTI('が') = ACCENTI('か')")


def test_accent_insensitive_comparison_reads_decomposed_letters(filters: Filters) -> None:
    """E: however the letters are composed."""
    decomposed = unicodedata.normalize('NFD', 'Chișinău')
    assert len(filters.found(PLACES, f"ACCENTI(name) = ACCENTI('{decomposed}')")) == 1
    assert len(filters.found(PLACES, f"name = '{decomposed}'")) == 1
