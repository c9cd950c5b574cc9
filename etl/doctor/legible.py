"""Text columns from bytes: decoded in bulk, with what speaks for the encoding."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.garbled import garbled, garbled_example
from etl.formats.encoding import codec_name, wrong_encoding
from etl.formats.errors import WrongEncoding
from etl.formats.source import Source
from etl.report import ColumnText
from etl.values import Bools

# With more than half of its accented values undecodable a column is in another encoding, not in bad order.
HOPELESS = 0.5


@dataclass
class Decoder:
    """Decodes the text of one source, and counts what it met, column by column.

    encoding: Python's name of it. given: whether the sender named it. read_as: see Source.
    """

    encoding: str
    given: bool
    read_as: str | None
    accented: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)

    def decode(self, values: Any, column: str) -> tuple[Any, Bools]:
        """`values` as valid text, null where they are not, and which rows those are."""
        text, bad = self._decode(values)
        self.failed[column] = self.failed.get(column, 0) + int(bad.sum())
        self.accented[column] = self.accented.get(column, 0) + _count_accented(text) + int(bad.sum())
        if self.failed[column] > HOPELESS * self.accented[column] and self.accented[column] > 1:
            raise self._wrong(values, column)
        self._must_make_sense(text, column)
        return text, bad

    def show(self, raw: bytes) -> str:
        """Any bytes as something readable: decoded, and \\xNN for what cannot be."""
        # PostgreSQL keeps no NUL, neither in text nor in JSON.
        return self._bytes(raw, 'replace').decode(self.encoding, 'backslashreplace').replace('\0', '\\x00')

    def report(self) -> dict[str, ColumnText]:
        """What was learned of each column's text."""
        return {column: self._evidence(column) for column in self.accented}

    def _decode(self, values: Any) -> tuple[Any, Bools]:
        good = np.zeros(len(values), dtype=bool)
        if self.read_as is None and self.encoding == 'utf-8':
            try:
                # A cast from binary checks what GDAL merely called a string.
                return values.cast(pa.binary()).cast(pa.string()), good
            except pa.ArrowInvalid:
                pass
        elif pc.all(pc.string_is_ascii(values), min_count=0).as_py():
            return values, good
        return self._decode_distinct(values)

    def _decode_distinct(self, values: Any) -> tuple[Any, Bools]:
        encoded = pc.dictionary_encode(values.cast(pa.binary()))
        decoded = [self._text(raw) for raw in encoded.dictionary.to_pylist()]
        text = pc.take(pa.array(decoded, pa.string()), encoded.indices)
        return text, np.asarray(pc.and_(pc.is_null(text), pc.is_valid(values)))

    def _text(self, raw: bytes) -> str | None:
        try:
            return self._bytes(raw).decode(self.encoding)
        except UnicodeError:
            return None

    def _wrong(self, values: Any, column: str) -> WrongEncoding:
        """Why the bytes of a column are not text, with what they are instead where that can be seen."""
        given = pc.unique(values.cast(pa.binary())).to_pylist()
        seen = [self._bytes(raw, 'replace').decode('latin-1') for raw in given if raw is not None]
        example = garbled_example(seen, vietnamese=False)
        if example is not None and self.encoding == 'utf-8':
            return garbled(column, 'Latin-1', example)
        return wrong_encoding(Text(vi=f'Cột {column}', en=f'Column {column}'), self.encoding)

    def _must_make_sense(self, text: Any, column: str) -> None:
        """Raises WrongEncoding where a code page, which can read any byte, makes no words of them."""
        if self.encoding.startswith('utf') or pc.all(pc.string_is_ascii(text), min_count=0).as_py():
            return
        example = garbled_example(pc.unique(text).to_pylist(), vietnamese=self.encoding == 'cp1258')
        if example is not None:
            raise garbled(column, self.encoding, example)

    def _bytes(self, raw: bytes, errors: str = 'strict') -> bytes:
        """The bytes of the file, from those that the reader made of them."""
        return raw if self.read_as is None else raw.decode('utf-8', errors).encode(self.read_as, errors)

    def _evidence(self, column: str) -> ColumnText:
        accented, failed = self.accented[column], self.failed[column]
        why = Text(vi='theo tệp', en='by the file')
        if self.given:
            why = Text(vi='theo --encoding', en='as --encoding says')
        return ColumnText(
            encoding=self.encoding,
            evidence=Text(
                vi=f'{accented - failed} trong {accented} giá trị có dấu đọc được ({why.vi})',
                en=f'{accented - failed} of {accented} values beyond ASCII are valid ({why.en})',
            ),
        )


def decoder(source: Source, layer: Layer, encoding: str | None) -> Decoder:
    """The decoder for `source`: as the sender says, else as the file says, else as the layer expects."""
    if source.unicode:
        # What is Unicode already is never converted a second time, whatever the sender says.
        return Decoder('utf-8', False, source.read_as)
    if encoding is None and source.read_as not in (None, 'latin-1'):
        # The reader decoded the file's own code page.
        return Decoder('utf-8', False, None)
    named = encoding or source.declared_encoding or layer.source.encoding
    return Decoder(codec_name(named), encoding is not None, source.read_as)


def _count_accented(values: Any) -> int:
    """How many values have more than ASCII letters."""
    return int(pc.sum(pc.invert(pc.string_is_ascii(values)), min_count=0).as_py() or 0)
