"""What can be read and where it stands on the pages of a PDF, by poppler: not by what wrote them."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

MM_PER_POINT = 25.4 / 72
WORD = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')


@dataclass(frozen=True)
class Word:
    """A word and its edges in millimetres from the upper left corner of the paper."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def words_of(pdf: Path, *pages: str) -> str:
    """The text of the pages, of all where none is named, with single spaces. pages: `-f 2 -l 2`."""
    text = subprocess.run(['pdftotext', '-layout', *pages, pdf, '-'], check=True, capture_output=True).stdout.decode()
    return re.sub(r'\s+', ' ', text)


def placed_words(pdf: Path) -> list[Word]:
    """The words of the first page, each with its place."""
    command = ['pdftotext', '-bbox', '-f', '1', '-l', '1', str(pdf), '-']
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    return [Word(word, *(float(edge) * MM_PER_POINT for edge in edges)) for *edges, word in WORD.findall(text)]
