"""The official letter with which something is handed over or decided: its number, day, signatory and file."""

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from dothi.core.errors import WrongUse
from dothi.core.text import Text
from etl.desk import archive

MOST_BYTES = 50_000_000


class BadLetter(WrongUse):
    """The file of a letter is not there, or too large to be one."""


def one_line(text: str) -> str:
    """The text; raises ValueError where it has more lines, or what steers a terminal: it is printed on receipts."""
    if not text.isprintable():
        raise ValueError('must be one line of letters')
    return text


class Letter(BaseModel):
    """A letter. signatory: the role of who signed. file: what its file is called; stored: where the store keeps it."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    number: str = Field(min_length=1, max_length=60, pattern=r'\S')
    dated: date
    signatory: str | None = Field(None, max_length=200)
    file: str | None = None
    stored: str | None = None

    def kept(self, file: Path | None) -> Self:
        """The letter with its file in the store; the same where there is none. Raises BadLetter."""
        if file is None:
            return self
        if not file.is_file() or not 0 < file.stat().st_size <= MOST_BYTES:
            raise BadLetter(
                vi=f'--letter-file {file}: không có tệp này, nó trống, hoặc lớn hơn {MOST_BYTES // 1_000_000} MB.',
                en=f'--letter-file {file}: there is no such file, it is empty, or larger than '
                f'{MOST_BYTES // 1_000_000} MB.',
            )
        return self.model_copy(update={'file': file.name, 'stored': archive.keep_letter(file)})

    @property
    def title(self) -> Text:
        """`Công văn số 123/SXD-QLN ngày 20/11/2026 (Giám đốc)`."""
        by = f' ({self.signatory})' if self.signatory else ''
        return Text(
            vi=f'Công văn số {self.number} ngày {self.dated:%d/%m/%Y}{by}',
            en=f'Official letter no. {self.number} of {self.dated}{by}',
        )
