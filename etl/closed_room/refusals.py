"""Why reading a file ended: refusals that cross the wall, and those that the reader could not give any more."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dothi.core.errors import DataRefused, DiskFull, DothiError
from dothi.core.numbers import number_vi
from dothi.core.text import Text, steward_advice
from etl.formats.errors import ReaderCrashed, TooSlow, UnreadableFile

LONGEST_TEXT = 4_000
# Exit code of a reader, different from those of Python and of the room's own.
NO_SPACE = 28


def describe_refusal(error: DothiError, folder: Path) -> dict[str, str]:
    """The error as a JSON object: its class, and its message without the folder in which the reader finds files."""
    advice = steward_advice(error.text)
    texts = {'vi': error.text.vi, 'en': error.text.en}
    texts |= {'steward_vi': advice.vi, 'steward_en': advice.en} if advice else {}
    messages = {name: text.replace(f'{folder}/', '') for name, text in texts.items()}
    return {'class': f'{type(error).__module__}.{type(error).__qualname__}', **messages}


def refusal_of(document: Any, name: str) -> DothiError:
    """The error that `describe_refusal` described; a class that is none of ours makes it an UnreadableFile.

    name: the file's, where the description says nothing that can be shown.
    """
    described = document if isinstance(document, dict) else {}
    kinds = {f'{kind.__module__}.{kind.__qualname__}': kind for kind in _subclasses(DothiError)}
    kind = kinds.get(str(described.get('class')), UnreadableFile)
    vi, en = (described.get(language) for language in ('vi', 'en'))
    if not (isinstance(vi, str) and isinstance(en, str)):
        return crashed(name, 0)
    return kind(vi=vi[:LONGEST_TEXT], en=en[:LONGEST_TEXT], steward=_advice(described))


def _advice(described: dict[str, Any]) -> Text | None:
    vi, en = (described.get(f'steward_{language}') for language in ('vi', 'en'))
    if not (isinstance(vi, str) and isinstance(en, str)):
        return None
    return Text(vi=vi[:LONGEST_TEXT], en=en[:LONGEST_TEXT])


def out_of_time(name: str, seconds: int) -> DataRefused:
    """The refusal of a file that takes longer than its size allows."""
    return TooSlow(
        vi=f'{name}: đọc quá {seconds} giây, lâu hơn mức cho một tệp cỡ này, nên không nhận. '
        'Xuất lại thành GeoPackage hoặc Shapefile, hoặc chia nhỏ rồi gửi lại.',
        en=f'{name}: reading takes more than {seconds} s, longer than a file of this size may, so it is not taken. '
        'Export it as a GeoPackage or Shapefile, or send it in parts.',
    )


def crashed(name: str, memory_mb: int) -> DataRefused:
    """The refusal of a file on which the reader died."""
    vi = f' hoặc cần quá {number_vi(memory_mb)} MB bộ nhớ' if memory_mb else ''
    en = f', or needs more than {memory_mb:,} MB of memory' if memory_mb else ''
    return ReaderCrashed(
        vi=f'{name} làm chương trình đọc bị dừng: tệp hỏng{vi}. Xuất lại từ phần mềm, hoặc chia nhỏ rồi gửi lại.',
        en=f'{name} makes its reader fail: it is damaged{en}. Export it again, or send it in parts.',
    )


def exit_code_of(error: OSError) -> int:
    """Exit code of a reader that cannot answer any more: NO_SPACE where the disk is full, else 1."""
    return NO_SPACE if error.errno in (errno.ENOSPC, errno.EDQUOT) else 1


def no_space(name: str, folder: Path) -> DiskFull:
    """The error for a file whose reader found no room for its copy."""
    return DiskFull(
        vi=f'{name}: hết chỗ trên đĩa của {folder}, nơi tệp được đọc. Dọn chỗ rồi làm lại.',
        en=f'{name}: no room is left on the disk of {folder}, where files are read. Make room and do it again.',
    )


def _subclasses(kind: type[DothiError]) -> Iterator[type[DothiError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)
