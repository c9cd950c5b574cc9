"""Addresses in the English order of words, put into the Vietnamese one: `12 Tran Phu Street` is `12 duong Tran Phu`."""

import re
from collections.abc import Sequence

# What stands behind a name in English, by the label that stands before it in Vietnamese.
BEHIND_NAME = {
    'duong': 'street st road rd avenue ave boulevard blvd',
    'phuong': 'ward',
    'xa': 'commune',
    'thi tran': 'town township',
    'huyen': 'district',
    'thanh pho': 'city',
    'tinh': 'province',
    'thon': 'hamlet village',
}
# What stands before a number.
BEFORE_NUMBER = {
    'so': 'no number house',
    'ngo': 'lane alley',
    'quoc lo': 'highway',
    'phuong': 'ward',
    'quan': 'district',
}
LABEL_BEHIND = {word: label for label, words in BEHIND_NAME.items() for word in words.split()}
LABEL_BEFORE = {word: label for label, words in BEFORE_NUMBER.items() for word in words.split()}
# Between two numbers: `from 48 to 60`, `between 48 and 60`.
ROW_OF_HOUSES = ('to', 'and')
# Any of these makes a part English; `no` alone does not, which is a Vietnamese word.
ENGLISH = re.compile(
    r'\b(?:street|st|road|rd|avenue|ave|boulevard|blvd|ward|commune|town|township|district|city|province|hamlet|village'
    r'|lane|alley|highway|house|number)\b',
    re.IGNORECASE,
)
NUMBERED_ROADS = {
    'quoc lo': re.compile(r'\bnational\s+(?:road|highway|route)\b', re.IGNORECASE),
    'duong tinh': re.compile(r'\bprovincial\s+(?:road|highway|route)\b', re.IGNORECASE),
}


def with_vietnamese_roads(part: str) -> str:
    """The part with what English calls roads that have a number: `duong tinh 488` for `Provincial Road 488`."""
    for label, english in NUMBERED_ROADS.items():
        part = english.sub(label, part)
    return part


def in_vietnamese_order(words: Sequence[str]) -> list[str]:
    """The words of a part of an address, each English label as the Vietnamese one before its name."""
    ordered: list[str] = []
    unlabelled: list[str] = []
    for word, following in zip(words, [*words[1:], ''], strict=True):
        key = word.casefold()
        if key in ROW_OF_HOUSES and (following[:1].isdigit() or following.casefold() in LABEL_BEFORE):
            unlabelled.append('đến')
        elif key in LABEL_BEFORE and following[:1].isdigit():
            unlabelled += LABEL_BEFORE[key].split()
        elif key in LABEL_BEHIND and not unlabelled:
            unlabelled += LABEL_BEHIND[key].split()
        elif key in LABEL_BEHIND:
            start = _name_start(unlabelled)
            ordered += [*unlabelled[:start], *LABEL_BEHIND[key].split(), *unlabelled[start:]]
            unlabelled = []
        else:
            unlabelled.append(word)
    return ordered + unlabelled


def _name_start(words: Sequence[str]) -> int:
    """Where the name begins that ends the words: behind the last number, or behind the one before where it ends in one.

    `19/8` of `12 19/8 Street` is a name, and so are `QL 21B` and `19 thang 8`.
    """
    if len(words) > 2 and words[-2].casefold() in ('thang', 'tháng') and words[-3][:1].isdigit():
        return len(words) - 3
    numbers = [at for at, word in enumerate(words) if word[:1].isdigit()]
    if numbers and numbers[-1] == len(words) - 1:
        numbers.pop()
    return numbers[-1] + 1 if numbers else 0
