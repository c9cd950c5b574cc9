"""What happens to an address between a head and a file: slips of the fingers, keyboards, fonts and old programs."""

import random
import unicodedata
from collections.abc import Callable

LETTERS = 'abcdeghiklmnopqrstuvxy'
# How Telex writes what a key has no letter for; tones are a letter behind the vowel or at the end of the word.
TELEX_MARKS: dict[str, str | None] = {'̂': None, '̆': 'w', '̛': 'w'}
TELEX_TONES = {'̀': 'f', '́': 's', '̉': 'r', '̃': 'x', '̣': 'j'}


def without_accents(text: str) -> str:
    """'Duong Le Loi' for 'Đường Lê Lợi'."""
    bare = ''.join(sign for sign in unicodedata.normalize('NFD', text) if not unicodedata.combining(sign))
    return bare.replace('đ', 'd').replace('Đ', 'D')


def with_eth(text: str) -> str:
    """The Icelandic letter that looks like Đ, as programs from the time before Unicode leave it."""
    return text.replace('Đ', 'Ð').replace('đ', 'ð')


def in_telex(word: str, chance: random.Random) -> str:
    """The word as typed while the keyboard was not listening: 'ddwowfng' or 'dduwowngf' for 'đường'."""
    at_end, letters, tone = chance.random() < 0.5, [], ''
    for letter in word:
        keys, own_tone = _keys(letter)
        letters.append(keys if at_end else keys + own_tone)
        tone += own_tone
    return ''.join(letters) + (tone if at_end else '')


def _keys(letter: str) -> tuple[str, str]:
    """The keys for a letter without its tone, and the key for its tone."""
    if letter in 'đĐ':
        return ('dd' if letter == 'đ' else 'DD'), ''
    base, *marks = list(unicodedata.normalize('NFD', letter))
    keys = base + ''.join(TELEX_MARKS[mark] or base for mark in marks if mark in TELEX_MARKS)
    return keys, ''.join(TELEX_TONES[mark] for mark in marks if mark in TELEX_TONES)


def with_telex_word(text: str, chance: random.Random) -> str:
    """The text with one of its accented words as Telex keys."""
    words = text.split(' ')
    accented = [i for i, word in enumerate(words) if without_accents(word) != word]
    if accented:
        place = chance.choice(accented)
        words[place] = in_telex(words[place], chance)
    return ' '.join(words)


def wrong_letter(text: str, chance: random.Random) -> str:
    """One letter is another."""
    place = _some_letter(text, chance)
    other = chance.choice([letter for letter in LETTERS if letter != without_accents(text[place]).lower()])
    return text[:place] + (other.upper() if text[place].isupper() else other) + text[place + 1 :]


def missing_letter(text: str, chance: random.Random) -> str:
    """One letter is not there."""
    place = _some_letter(text, chance)
    return text[:place] + text[place + 1 :]


def double_letter(text: str, chance: random.Random) -> str:
    """One letter is there twice."""
    place = _some_letter(text, chance)
    return text[:place] + text[place].lower() + text[place:] if place else text[0] + text[0].lower() + text[1:]


def swapped_letters(text: str, chance: random.Random) -> str:
    """Two neighbours within a word have changed places."""
    places = [
        i for i in range(len(text) - 1)
        if text[i : i + 2].isalpha() and text[i].lower() != text[i + 1].lower() and text[i].islower()
    ]  # fmt: skip
    if not places:
        return missing_letter(text, chance)
    place = chance.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


SLIPS: tuple[Callable[[str, random.Random], str], ...] = (wrong_letter, missing_letter, double_letter, swapped_letters)


def misspelt(text: str, real_names: frozenset[str], chance: random.Random) -> str:
    """The text with one slip that makes it no other real name; real_names: without accents, in small letters."""
    for _ in range(50):
        slip = chance.choice(SLIPS)(text, chance)
        if slip != text and without_accents(slip).lower() not in real_names:
            return slip
    return missing_letter(text, chance)


def _some_letter(text: str, chance: random.Random) -> int:
    return chance.choice([i for i, letter in enumerate(text) if letter.isalpha()])
