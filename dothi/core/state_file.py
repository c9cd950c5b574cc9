"""The small files that an instance keeps for itself: read whole, or told which of them is damaged."""

from pathlib import Path

from dothi.core.errors import EnvironmentMissing
from dothi.core.text import Text


class DamagedFile(EnvironmentMissing):
    """A file that the instance wrote for itself cannot be read any more."""


def read_state_text(file: Path, advice: Text, *, may_be_empty: bool = False) -> str:
    """The text in `file`, without blanks at its ends; advice: what to do where it is damaged.

    Raises DamagedFile where it is empty, no text, or cannot be read; FileNotFoundError where it is not there.
    """
    try:
        text = file.read_text(encoding='utf-8').strip()
    except (FileNotFoundError, PermissionError):
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(file, _reason(error), advice) from None
    # what a disk that failed leaves
    if not (text or may_be_empty) or '\0' in text:
        raise damaged(file, NOTHING_IN_IT, advice)
    return text


NOTHING_IN_IT = Text(vi='trống', en='there is nothing in it')


def damaged(file: Path, reason: Text, advice: Text) -> DamagedFile:
    """The error for a file that cannot be used: which, why, and what to do."""
    return DamagedFile(
        vi=f'{file} bị hỏng ({reason.vi}). {advice.vi}', en=f'{file} is damaged ({reason.en}). {advice.en}'
    )


def _reason(error: OSError | UnicodeDecodeError) -> Text:
    if isinstance(error, OSError):
        return Text(vi=str(error.strerror), en=str(error.strerror))
    return Text(vi='không phải văn bản', en='it is no text')
