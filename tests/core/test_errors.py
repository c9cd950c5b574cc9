"""Every error has one exit code, one status and no secret."""

import pytest

from dothi.core.errors import (
    Busy,
    ConditionMissing,
    DataRefused,
    Defect,
    DothiError,
    EnvironmentMissing,
    HeldForDecision,
    NotFound,
    NotSignedIn,
    Outdated,
    WrongMediaType,
    WrongUse,
    describe,
    did_you_mean,
    exit_code,
    http_status,
    without_secrets,
)


@pytest.mark.parametrize(
    ('family', 'code', 'status'),
    [
        (Defect, 1, 500),
        (WrongUse, 2, 400),
        (NotFound, 2, 404),
        (NotSignedIn, 2, 401),
        (WrongMediaType, 2, 415),
        (ConditionMissing, 2, 428),
        (DataRefused, 3, 422),
        (HeldForDecision, 4, 409),
        (Outdated, 4, 412),
        (EnvironmentMissing, 5, 503),
        (Busy, 5, 503),
    ],
)
def test_each_family_has_its_exit_code_and_status(family: type[DothiError], code: int, status: int) -> None:
    special = type('Special', (family,), {})('vi', 'en')
    assert (exit_code(special), http_status(special)) == (code, status)


def test_an_error_as_a_document_has_both_languages() -> None:
    assert describe(NotFound('không có', 'not there')) == {
        'code': 'NotFound',
        'message': {'vi': 'không có', 'en': 'not there'},
    }


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    assert 'schools' in did_you_mean('scholls', ['roads', 'schools']).vi
    assert 'roads, schools' in did_you_mean('zzz', ['schools', 'roads']).en


def test_a_password_in_a_url_is_masked() -> None:
    masked = without_secrets('cannot reach postgresql+psycopg2://dothi:s3cr3t@db/dothi now')
    assert masked == 'cannot reach postgresql+psycopg2://dothi:***@db/dothi now'
