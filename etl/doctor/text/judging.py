"""The encoding of one column's text, judged by its distinct values. Never a silent guess."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dothi.core.syllables import is_syllable
from dothi.core.text import Text
from etl.doctor.text.garbled import garbled_example
from etl.doctor.text.readings import UTF_8, Reading, of_bytes, of_unicode
from etl.doctor.text.words import COMMON_WORDS, accented_words

# More distinct values say nothing new, and cost time.
SAMPLE = 500
# Bytes that are UTF-8 are so by no accident; the rest of such a column is damaged.
UNICODE_SHARE = 0.5
# A column may hold foreign names and symbols among its words, but mostly it is Vietnamese.
CONVINCING = 0.7
# A wrong reading makes syllables of a tenth of the words (TCVN3 as VNI) up to two fifths (TCVN3 as VISCII), measured
# on the names of communes: two words apart are odds of a hundred to one or more.
FEWEST_WORDS_APART = 2
# A wrong reading hits a common word hardly ever.
COMMON_COUNTS = 2
SHARE_APART = 0.2
SHOWN = 60


@dataclass(frozen=True)
class Score:
    """A reading, and how many of the distinct words with accents it makes Vietnamese syllables of.

    common: those of them that are met everywhere. texts: the sample as it reads, None where a value cannot be read.
    """

    reading: Reading
    valid: int
    words: int
    common: int
    texts: tuple[str | None, ...] = field(repr=False)

    @property
    def share(self) -> float:
        return self.valid / self.words if self.words else 0.0

    @property
    def points(self) -> int:
        return self.valid + COMMON_COUNTS * self.common

    def beats(self, other: 'Score') -> bool:
        """Whether it is decisive against `other`; two readings that read the same are no rivals."""
        apart = max(FEWEST_WORDS_APART, SHARE_APART * max(self.words, other.words))
        return self.texts == other.texts or self.points - other.points >= apart or self._outnumbers(other)

    def _outnumbers(self, other: 'Score') -> bool:
        """A reading of two letters for one has fewer words, hence shares are compared beside numbers."""
        return self.valid >= FEWEST_WORDS_APART and other.share < CONVINCING / 2 and self.share >= CONVINCING


@dataclass(frozen=True)
class Judgement:
    """What was found of a column. reading: None where a person has to decide between `scores`.

    name: the encoding as it is told. why: what spoke for it. example: a value before and after.
    """

    reading: Reading | None
    name: str
    why: Text
    example: tuple[str, str] | None = None
    scores: list[Score] = field(default_factory=list)


def judge(values: Sequence[bytes], hint: Reading, page: str | None, unicode: bool) -> Judgement | None:
    """The judgement of a column by some of its distinct values, or None where they are all ASCII.

    hint: what the file or the layer says. page: the code page through which the reader passed the text.
    unicode: whether the file's format leaves no doubt that text is UTF-8.
    """
    sample = sampled(values)
    if not sample:
        return None
    readable = sum(UTF_8.text(raw) is not None for raw in sample)
    if unicode or readable >= UNICODE_SHARE * len(sample):
        return _judge_unicode(sample, hint, [] if unicode else of_bytes(hint.name), page)
    return _judge_bytes(sample, hint)


def sampled(values: Iterable[bytes]) -> list[bytes]:
    """Those of `values` that say something of their encoding, as many as it takes."""
    # VISCII writes six letters as control characters; no other text has any
    accented = (raw for raw in values if not raw.isascii())
    return [raw for raw, _ in zip(accented, range(SAMPLE), strict=False)]


def score(reading: Reading, sample: Sequence[bytes]) -> Score:
    """The score of a reading: how many of its accented words are Vietnamese syllables, how many common words."""
    texts = tuple(reading.text(raw) for raw in sample)
    words = {word for text in texts if text is not None for word in accented_words(text)}
    unreadable = sum(text is None for text in texts)
    common = len({word.lower() for word in words} & COMMON_WORDS)
    return Score(reading, sum(map(is_syllable, words)), len(words) + unreadable, common, texts)


def _judge_unicode(sample: list[bytes], hint: Reading, more: list[Reading], page: str | None) -> Judgement:
    """The judgement of what is valid UTF-8. more: readings of bytes that are so by accident, as in few values."""
    plain = score(UTF_8, sample)
    if plain.share >= UNICODE_SHARE:
        return _unicode(sample, plain)
    rivals = _ranked([plain, *(score(reading, sample) for reading in [*of_unicode(page), *more])])
    best = rivals[0]
    if best.reading != UTF_8 and _decisive(rivals):
        return _judgement_of(best, sample, 'utf-8' if best.reading.carried else 'latin-1')
    strange = garbled_example(plain.texts, vietnamese=False) or not best.reading.carried
    if best.share >= CONVINCING and best.reading != UTF_8 and strange:
        return _undecided(rivals)
    if hint.name != 'utf-8' and not score(hint, sample).texts.count(None):
        return Judgement(hint, hint.name, BY_FILE)
    return _unicode(sample, plain)


def _judge_bytes(sample: list[bytes], hint: Reading) -> Judgement:
    scores = _ranked([score(reading, sample) for reading in of_bytes(hint.name)])
    if _decisive(scores):
        return _judgement_of(scores[0], sample, 'latin-1')
    hinted = next((candidate for candidate in scores if candidate.reading == hint), None)
    if hinted is not None and _makes_sense(hinted) and not _contradicted(hinted, scores):
        return Judgement(hint, hint.name, BY_FILE)
    return _undecided(scores)


def _ranked(scores: list[Score]) -> list[Score]:
    return sorted(scores, key=lambda found: (found.share, found.points), reverse=True)


def _decisive(ranked: list[Score]) -> bool:
    best, *rivals = ranked
    return best.share >= CONVINCING and best.valid >= FEWEST_WORDS_APART and all(best.beats(rival) for rival in rivals)


def _contradicted(hinted: Score, scores: list[Score]) -> bool:
    return any(candidate.share >= CONVINCING and candidate.share > hinted.share for candidate in scores)


def _makes_sense(score: Score) -> bool:
    unreadable = score.texts.count(None)
    strange = garbled_example(score.texts, vietnamese=score.reading.name == 'cp1258')
    return strange is None and unreadable <= UNICODE_SHARE * len(score.texts)


BY_FILE = Text(vi='theo tệp hoặc tệp mô tả lớp', en='as the file or the layer file says')


def _unicode(sample: list[bytes], plain: Score) -> Judgement:
    decomposed = next((i for i, raw in enumerate(sample) if _is_decomposed(raw, plain.texts[i])), None)
    if decomposed is not None:
        why = Text(vi='Unicode tổ hợp (chữ và dấu rời nhau), ghép lại', en='decomposed Unicode, composed')
        return Judgement(UTF_8, 'nfd', why, _example(sample[decomposed].decode(), plain.texts[decomposed]))
    return Judgement(UTF_8, 'utf-8', Text(vi='đã là Unicode, giữ nguyên', en='Unicode already, left as it is'))


def _is_decomposed(raw: bytes, text: str | None) -> bool:
    return text is not None and len(raw.decode()) > len(text)


def _judgement_of(best: Score, sample: list[bytes], shown_as: str) -> Judgement:
    name = best.reading.name
    carried_vi = ', bị đọc như Latin-1 rồi lưu thành Unicode' if best.reading.carried else ''
    carried_en = ', taken for Latin-1 and stored as Unicode' if best.reading.carried else ''
    why = Text(
        vi=f'{best.valid}/{best.words} từ có dấu thành âm tiết tiếng Việt{carried_vi}',
        en=f'{best.valid} of {best.words} accented words become Vietnamese syllables{carried_en}',
    )
    first = next(i for i, text in enumerate(best.texts) if text is not None)
    return Judgement(best.reading, name, why, _example(sample[first].decode(shown_as), best.texts[first]), [best])


def _undecided(scores: list[Score]) -> Judgement:
    why = Text(
        vi='không phải Unicode, và không đủ chữ để biết bảng mã',
        en='not Unicode, and too few words to tell the encoding',
    )
    return Judgement(None, '?', why, scores=scores)


def _example(before: str, after: str | None) -> tuple[str, str]:
    return before[:SHOWN], (after or '')[:SHOWN]
