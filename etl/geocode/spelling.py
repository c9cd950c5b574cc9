"""Which known names a few words may mean, by the letters that have to be changed."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

# Letters that may be wrong in a name of so many: Le Lai is not Le Loi, while Tran Hung Dao is known with two wrong.
FEWEST_LETTERS_FOR_EDITS = (0, 5, 9)
# Of texts that are compared with all names at once: 1,000 by 10,000 names take 10 MB.
BLOCK = 1000
DIGITS = re.compile(r'\d+')


@dataclass(frozen=True)
class Spelling:
    """A known name, by its key, and how many letters of the text differ: wrong, missing, more, or two exchanged."""

    key: str
    edits: int


class SpelledNames:
    """Known names by their keys, compared with many texts at once. Numbers in a name are never misspelt."""

    def __init__(self, keys: Collection[str]) -> None:
        self.keys = sorted(keys, key=lambda key: (len(key), key))
        self._literal = frozenset(keys)
        self._lengths = np.array([len(key) for key in self.keys], dtype=np.int32)
        self._allowed = np.array([edits_allowed(key) for key in self.keys], dtype=np.int8)

    def near(self, texts: Collection[str]) -> dict[str, list[Spelling]]:
        """By text, the names that it may mean, nearest first; texts that mean none are left out."""
        spellings: dict[str, list[Spelling]] = defaultdict(list)
        for text in texts:
            if text in self._literal:
                spellings[text].append(Spelling(text, 0))
        by_length: dict[int, list[str]] = defaultdict(list)
        for text in sorted(texts):
            by_length[len(text)].append(text)
        for length, same_length in by_length.items():
            for text, key, edits in self._near(same_length, length):
                spellings[text].append(Spelling(key, edits))
        return {text: sorted(near, key=lambda spelling: spelling.edits) for text, near in spellings.items()}

    def _near(self, texts: Sequence[str], length: int) -> Iterator[tuple[str, str, int]]:
        """The texts of one length with the names that differ from them, and by how many letters."""
        most = len(FEWEST_LETTERS_FOR_EDITS) - 1 if edits_allowed(texts[0]) else 0
        first, end = np.searchsorted(self._lengths, (length - most, length + most + 1))
        if not most or first == end:
            return
        keys, allowed = self.keys[first:end], self._allowed[first:end]
        for block in _blocks(texts):
            edits = process.cdist(block, keys, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)
            for row, column in zip(*np.nonzero((edits > 0) & (edits <= allowed)), strict=True):
                if DIGITS.findall(block[row]) == DIGITS.findall(keys[column]):
                    yield block[row], keys[column], int(edits[row, column])


def edits_allowed(name: str) -> int:
    """How many letters of the name may be wrong."""
    return sum(len(name) >= letters for letters in FEWEST_LETTERS_FOR_EDITS[1:])


def _blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK))
