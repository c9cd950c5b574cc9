"""Which passwords are taken, how they are kept, and how long the next attempt waits."""

import pytest
from argon2 import PasswordHasher

from dothi.core.access.attempts import LONGEST_WAIT_S, wait_after
from dothi.core.access.passwords import WeakPassword, hash_password, is_password, require_strong
from dothi.core.access.second_factor import accepted_step, qr_code, totp_address
from tests.access.conftest import PASSWORD

# RFC 6238, appendix B: the SHA-1 secret, and the last six of the eight digits at these seconds.
RFC_SECRET = b'12345678901234567890'
RFC_CODES = {59: '287082', 1111111109: '081804', 1234567890: '005924', 2000000000: '279037'}


@pytest.mark.parametrize(
    'password',
    ['', 'ngắn quá', 'a' * 40, 'abcdefghijklmnopqrstuvwxyz', 'passwordpassword1', '123456789012345678',
     'lan lan lan lan lan', 'x' * 257],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(password, 'lan', 'Trần Thị Lan', 'Tỉnh Nam Định', 'dothi')


@pytest.mark.parametrize(
    'password', [PASSWORD, 'correct horse battery staple', 'ngày mai trời lại sáng hơn', 'é' * 3 + PASSWORD]
)
def test_a_sentence_will_do_whatever_letters_it_has(password: str) -> None:
    require_strong(password, 'lan', 'Nam Định')


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith('$argon2id$')
    assert PASSWORD not in kept
    assert kept != hash_password(PASSWORD)
    assert is_password(PASSWORD, kept)
    assert not is_password(PASSWORD + ' ', kept)


def test_a_guess_costs_as_much_as_rfc_9106_wants(hasher_of_the_program: PasswordHasher) -> None:
    """Its second recommended choice: 64 MiB, three passes, four lanes."""
    kept = hasher_of_the_program.hash(PASSWORD)
    assert kept.startswith('$argon2id$v=19$m=65536,t=3,p=4$')
    assert is_password(PASSWORD, kept)


def test_letters_typed_on_another_keyboard_are_the_same_password() -> None:
    """ố as one letter, and as o with two marks behind it."""
    assert is_password('bo\u0302\u0301n con trâu', hash_password('bốn con trâu'))


def test_nobody_has_the_password_of_whoever_has_none() -> None:
    assert not is_password('', None)
    assert not is_password(PASSWORD, None)
    assert not is_password(PASSWORD, 'no hash at all')


def test_the_next_attempt_waits_longer_each_time_and_never_for_ever() -> None:
    waits = [wait_after(failures, 3) for failures in range(8)]
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32]
    assert wait_after(10_000, 3) == LONGEST_WAIT_S


@pytest.mark.parametrize(('seconds', 'code'), RFC_CODES.items())
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert accepted_step(RFC_SECRET, code, 0, seconds) == seconds // 30


def test_a_code_is_taken_once_and_for_a_step_of_the_clock_to_either_side() -> None:
    at = 1111111109
    step = at // 30
    assert accepted_step(RFC_SECRET, '081804', step, at) is None, 'it was taken before'
    assert accepted_step(RFC_SECRET, ' 081 804', 0, at + 30) == step
    assert accepted_step(RFC_SECRET, '081804', 0, at - 30) == step
    assert accepted_step(RFC_SECRET, '081804', 0, at + 90) is None


@pytest.mark.parametrize('code', ['', '08180', '0818041', 'abcdef', '٠٨١٨٠٤', '081804 OR 1=1'])
def test_what_is_no_code_is_none(code: str) -> None:
    assert accepted_step(RFC_SECRET, code, 0, 1111111109) is None


def test_an_app_reads_name_issuer_and_secret_of_the_image() -> None:
    address = totp_address(RFC_SECRET, 'lan@so.example', 'Đô Thị')
    assert address.startswith('otpauth://totp/')
    assert 'secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' in address
    assert qr_code(address).startswith('<svg')
