"""Text columns from bytes: judged once, decoded in bulk, with what speaks for each encoding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.text import words_for
from etl.doctor.text.choice import Choice, choice, reading
from etl.doctor.text.damage import WORDS, DamageTally, may_be_harmed, mend
from etl.doctor.text.encoding import UndecidedEncoding, WrongEncoding, wrong_encoding
from etl.doctor.text.garbled import garbled, garbled_example
from etl.doctor.text.judging import UNICODE_SHARE, Judgement, judge, sampled, score
from etl.doctor.text.lookalikes import LOOKALIKES
from etl.doctor.text.readings import UTF_8, Reading, of_unicode
from etl.report.model import ColumnText
from etl.values import Bools

if TYPE_CHECKING:
    # readers decode the names of columns with what is in this package
    from etl.formats.source import Source

# With more than half of its accented values undecodable a column is in another encoding, not in bad order.
HOPELESS = 0.5
# Windows' and Latin-1's code pages read any byte: what they make of other encodings has to be looked at.
READS_ANYTHING = ('cp125', 'iso8859', 'latin')


@dataclass
class Decoder:
    """Decodes the text of one source, and counts what it met, column by column.

    hint: what the file or the layer says of the encoding. read_as: see Source.
    unicode: whether the file's format leaves no doubt that text is UTF-8.
    """

    hint: Reading
    given: Choice
    unicode: bool
    read_as: str | None
    # the code page through which the file's own text came to be Unicode
    page: str | None = None
    judged: dict[str, Judgement] = field(default_factory=dict)
    accented: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    damage: dict[str, DamageTally] = field(default_factory=dict)

    def look(self, columns: Mapping[str, Any]) -> list[Text]:
        """Judges the text among `columns`, and says which of them a person has to decide on."""
        texts = {name: values for name, values in columns.items() if pa.types.is_string(values.type)}
        for name, values in texts.items():
            self._judge(values, name)
        self._decide_by_the_others()
        open_ones = {name: judgement for name, judgement in self.judged.items() if judgement.reading is None}
        return [words_for.undecided(name, judgement) for name, judgement in open_ones.items()]

    def decode(self, values: Any, column: str) -> tuple[Any, Bools]:
        """`values` as valid text, null where they are not, and which rows those are.

        Raises UndecidedEncoding where the first letters beyond ASCII come late and do not tell their encoding.
        """
        if column not in self.judged:
            self._judge(values, column)
            self._decide_by_the_others()
        how = self._reading(column)
        if how is None:
            undecided_text = words_for.undecided(column, self.judged[column])
            raise UndecidedEncoding(vi=undecided_text.vi, en=undecided_text.en, steward=undecided_text.steward)
        text, bad = self._decode(values, how)
        self.failed[column] = self.failed.get(column, 0) + int(bad.sum())
        self.accented[column] = self.accented.get(column, 0) + _count_accented(text) + int(bad.sum())
        if self.failed[column] > HOPELESS * self.accented[column] and self.accented[column] > 1:
            raise self._wrong(values, column, how)
        _must_make_sense(text, column, how)
        return self._mended(text, column), bad

    def notes(self) -> list[Text]:
        """What was mended in the columns' text, and what was lost."""
        return [note for column, tally in self.damage.items() for note in tally.notes(column)]

    def lost(self, columns: Mapping[str, Any]) -> list[Text]:
        """One text for each of `columns` that has lost letters for good, for the person who decides."""
        notes = []
        for name, values in columns.items():
            tally = DamageTally()
            how = self._reading(name)
            if pa.types.is_string(values.type) and how is not None:
                text, _ = self._decode(values, how)
                if may_be_harmed(_together(text)):
                    _mend_distinct(text, tally)
            if tally.is_lost():
                notes += [note for note in tally.notes(name) if WORDS['lost'].en in note.en]
        return notes

    def _mended(self, text: Any, column: str) -> Any:
        """The text with what can be mended with certainty; counted."""
        if not may_be_harmed(_together(text)):
            return text
        return _mend_distinct(text, self.damage.setdefault(column, DamageTally()))

    def some(self, values: Any, column: str) -> list[str]:
        """Values of `column` as text, to compare it with others; not counted, and none where it is not decided."""
        if not pa.types.is_string(values.type):
            return [str(value) for value in values.to_pylist() if value is not None]
        if column not in self.judged:
            self._judge(values, column)
        how = self._reading(column)
        if how is None:
            return []
        return [text for text in self._decode_distinct(values, how)[0].to_pylist() if text]

    def columns_in(self, name: str) -> set[str]:
        """The columns whose words were decoded from the encoding `name`."""
        return {
            column for column, judgement in self.judged.items() if judgement.reading and judgement.reading.name == name
        }

    def show(self, raw: bytes, column: str | None = None) -> str:
        """Any bytes as something readable: decoded, and \\xNN for what cannot be."""
        how = (self._reading(column) if column else None) or self.hint
        text = self._bytes(raw, 'replace')
        repaired_text = how.meant(text)
        if repaired_text is None:
            repaired_text = text.decode('utf-8' if how.carried else how.codec, 'backslashreplace')
        # PostgreSQL keeps no NUL, neither in text nor in JSON.
        return repaired_text.replace('\0', '\\x00')

    def report(self) -> dict[str, ColumnText]:
        """What was learned of each column's text."""
        return {column: self._evidence(column) for column in dict.fromkeys([*self.judged, *self.accented])}

    def _judge(self, values: Any, column: str) -> None:
        """Sets what is known of `column`, unless there is nothing beyond ASCII to know it by."""
        distinct = self._accented(values)
        if not distinct:
            return
        judgement = judge(distinct, self.hint, self.page, self.unicode)
        chosen_reading = self.given.of(column)
        if judgement is not None and chosen_reading is not None:
            judgement = self._as_given(chosen_reading, judgement, distinct, column)
        if judgement is not None:
            self.judged[column] = judgement

    def _accented(self, values: Any) -> list[bytes]:
        """The distinct values beyond ASCII, as the file's bytes."""
        raw_values = values.cast(pa.binary())
        if _together(raw_values).isascii():
            return []
        distinct = pc.unique(raw_values).to_pylist()
        return sampled(self._bytes(raw, 'replace') for raw in distinct if raw is not None)

    def _as_given(self, reading: Reading, judgement: Judgement, sample: list[bytes], column: str) -> Judgement:
        """The sender's word, unless the column is Unicode already or reads as nonsense that way."""
        if self._is_unicode(judgement, sample):
            return self._carried_as_given(reading, sample) or judgement
        if judgement.reading is not None and judgement.reading != reading and judgement.scores:
            chosen_score, best = score(reading, sample), judgement.scores[0]
            if best.beats(chosen_score):
                raise garbled(column, reading.name, _example(chosen_score.texts, sample), judgement.name)
        return Judgement(reading, reading.name, words_for.AS_GIVEN)

    def _is_unicode(self, judgement: Judgement, sample: list[bytes]) -> bool:
        readable = sum(UTF_8.text(raw) is not None for raw in sample)
        return self.unicode or (judgement.reading == UTF_8 and readable >= UNICODE_SHARE * len(sample))

    def _carried_as_given(self, reading: Reading, sample: list[bytes]) -> Judgement | None:
        """Unicode text that is the sender's encoding in disguise: only where that makes more words of it."""
        scores = [score(how, sample) for how in of_unicode(self.page) if how.name == reading.name]
        best = max(scores, key=lambda one: one.share, default=None)
        if best is None or best.share <= score(UTF_8, sample).share:
            return None
        return Judgement(best.reading, reading.name, words_for.AS_GIVEN, scores=[best])

    def _decide_by_the_others(self) -> None:
        """A column of few words is in the encoding of the others, where it fits that as well as any."""
        decided_readings = {
            judgement.reading
            for judgement in self.judged.values()
            if judgement.scores and judgement.reading is not None
        }
        if len(decided_readings) != 1:
            return
        (common,) = decided_readings
        for column, judgement in self.judged.items():
            best = max((candidate.share for candidate in judgement.scores), default=0.0)
            fits = [
                candidate
                for candidate in judgement.scores
                if candidate.reading == common and candidate.share == best and candidate.valid
            ]
            if judgement.reading is None and fits:
                self.judged[column] = replace(judgement, reading=common, name=common.name, why=words_for.AS_THE_OTHERS)

    def _reading(self, column: str) -> Reading | None:
        judgement = self.judged.get(column)
        return judgement.reading if judgement else self.given.of(column) or self.hint

    def _decode(self, values: Any, how: Reading) -> tuple[Any, Bools]:
        good = np.zeros(len(values), dtype=bool)
        if self.read_as is None and how == UTF_8:
            try:
                # A cast from binary checks what GDAL merely called a string.
                text = values.cast(pa.binary()).cast(pa.string())
                if not _has_lookalikes(text):
                    return text, good
            except pa.ArrowInvalid:
                pass
        elif how.name != 'viscii' and pc.all(pc.string_is_ascii(values), min_count=0).as_py():
            return values, good
        return self._decode_distinct(values, how)

    def _decode_distinct(self, values: Any, how: Reading) -> tuple[Any, Bools]:
        encoded = pc.dictionary_encode(values.cast(pa.binary()))
        decoded = [self._text(raw, how) for raw in encoded.dictionary.to_pylist()]
        text = pc.take(pa.array(decoded, pa.string()), encoded.indices)
        return text, np.asarray(pc.and_(pc.is_null(text), pc.is_valid(values)))

    def _text(self, raw: bytes, how: Reading) -> str | None:
        try:
            return how.meant(self._bytes(raw))
        except UnicodeError:
            return None

    def _wrong(self, values: Any, column: str, how: Reading) -> WrongEncoding:
        """Why the bytes of a column are not text, with what they are instead where that can be seen."""
        raw_texts = [raw.decode('latin-1') for raw in self._accented(values)]
        example = garbled_example(raw_texts, vietnamese=False)
        if example is not None and how == UTF_8:
            return garbled(column, 'Latin-1', example)
        return wrong_encoding(Text(vi=f'Cột {column}', en=f'Column {column}'), how.name)

    def _bytes(self, raw: bytes, errors: str = 'strict') -> bytes:
        """The bytes of the file, from those that the reader made of them."""
        return raw if self.read_as is None else raw.decode('utf-8', errors).encode(self.read_as, errors)

    def _evidence(self, column: str) -> ColumnText:
        judgement = self.judged.get(column)
        if judgement is None:
            how = self._reading(column) or self.hint
            return ColumnText(encoding=how.name, evidence=words_for.PLAIN)
        counted = (self.accented.get(column, 0), self.failed.get(column, 0))
        return words_for.column_text(judgement, *counted)


def decoder(source: 'Source', layer: Layer, encoding: str | None) -> Decoder:
    """The decoder for `source`, with what the sender, the file and the layer say of its text."""
    encoding_choice = choice(encoding)
    if source.unicode:
        return Decoder(UTF_8, encoding_choice, True, source.read_as)
    if encoding is None and source.read_as not in (None, 'latin-1'):
        # The reader decoded the file's own code page.
        return Decoder(UTF_8, encoding_choice, True, None, source.read_as)
    hint = reading(source.declared_encoding or layer.source.encoding)
    return Decoder(hint, encoding_choice, False, source.read_as)


def _must_make_sense(text: Any, column: str, how: Reading) -> None:
    """Raises WrongEncoding where a code page, which can read any byte, makes no words of them."""
    if not how.name.startswith(READS_ANYTHING) or pc.all(pc.string_is_ascii(text), min_count=0).as_py():
        return
    example = garbled_example(pc.unique(text).to_pylist(), vietnamese=how.name == 'cp1258')
    if example is not None:
        raise garbled(column, how.name, example)


def _example(texts: Iterable[str | None], sample: list[bytes]) -> str:
    return next((text for text in texts if text is not None), sample[0].decode('latin-1'))


def _has_lookalikes(text: Any) -> bool:
    """Whether Ð and its like are anywhere, looked for in all bytes at once: Arrow takes ten times as long."""
    together = _together(text)
    return any(letter.encode() in together for letter in LOOKALIKES)


def _together(text: Any) -> bytes:
    """The bytes of all values, one after the other."""
    if isinstance(text, pa.ChunkedArray):
        return b''.join(map(_together, text.chunks))
    if not len(text):
        return b''
    _, offsets, data = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[[text.offset, text.offset + len(text)]]
    return bytes(data.slice(ends[0], ends[1] - ends[0]).to_pybytes()) if data else b''


def _mend_distinct(text: Any, tally: DamageTally) -> Any:
    """The text, each distinct value mended once; counted in `tally`."""
    text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    encoded = pc.dictionary_encode(text)
    times = np.bincount(np.asarray(encoded.indices.drop_null()), minlength=len(encoded.dictionary))
    tally.values += int(times.sum())
    mended = []
    for value, count in zip(encoded.dictionary.to_pylist(), times.tolist(), strict=True):
        after, kinds = mend(value)
        for kind in kinds:
            tally.add(kind, value, after, count)
        mended.append(after)
    return pc.take(pa.array(mended, pa.string()), encoded.indices)


def _count_accented(values: Any) -> int:
    """How many values have more than ASCII letters."""
    return int(pc.sum(pc.invert(pc.string_is_ascii(values)), min_count=0).as_py() or 0)
