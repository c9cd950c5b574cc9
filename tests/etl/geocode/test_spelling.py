"""Names that a few words may mean, against every pair compared one by one."""

import random

from rapidfuzz.distance import OSA

from etl.geocode.spelling import SpelledNames, edits_allowed


def some_names(chance: random.Random, count: int) -> list[str]:
    """Names of 1 to 14 letters of a small alphabet, so that many are near each other."""
    return [''.join(chance.choices('abc1', (5, 5, 5, 1), k=chance.randint(1, 14))) for _ in range(count)]


def digits(text: str) -> list[str]:
    return ''.join(letter if letter.isdigit() else ' ' for letter in text).split()


def test_names_of_all_lengths_are_compared_with_every_text_that_may_mean_them() -> None:
    """Texts of 5 letters and more may have as many wrong letters as the name allows; digits are never wrong."""
    chance = random.Random(1)
    names, texts = some_names(chance, 400), some_names(chance, 400)
    expected = {
        (text, name, edits)
        for text in texts
        for name in names
        if (edits := OSA.distance(text, name)) == 0
        or (edits_allowed(text) and edits <= edits_allowed(name) and digits(text) == digits(name))
    }
    near = SpelledNames(names).near(texts)
    assert {(text, spelling.key, spelling.edits) for text in near for spelling in near[text]} == expected
    assert sum(edits > 0 for *_, edits in expected) > 50


def test_the_nearest_name_comes_first() -> None:
    near = SpelledNames(['tranphu', 'tranphuc']).near(['tranphu'])
    assert [spelling.edits for spelling in near['tranphu']] == [0, 1]
