"""What is said of a column's text, in both languages."""

from shlex import quote

from dothi.core.text import AdvisedText, Text
from etl.doctor.text.judging import Judgement, Score
from etl.report.model import ColumnText, EncodingCandidate

PLAIN = Text(vi='chỉ có chữ không dấu (ASCII)', en='nothing beyond ASCII')
AS_GIVEN = Text(vi='theo bảng mã được chỉ định', en='in the encoding that was named')
AS_THE_OTHERS = Text(vi='như các cột khác của tệp', en='as the other columns of the file')
CAPITALS = Text(
    vi=' Chữ hoa có dấu gõ bằng phông chữ hoa (.VnTimeH) hiện thành chữ thường.',
    en=' Accented capitals set in a font of capitals (.VnTimeH) come as small letters.',
)
LIKELY = 0.3


def column_text(found: Judgement, accented: int, failed: int) -> ColumnText:
    """The part of the report on one column: what it was read as, why, and one value before and after."""
    read_vi = f'{accented - failed} trong {accented} giá trị có dấu đọc được; ' if accented else ''
    read_en = f'{accented - failed} of {accented} values beyond ASCII are valid; ' if accented else ''
    example_text = f': "{found.example[0]}" → "{found.example[1]}"' if found.example else ''
    small = CAPITALS if found.name == 'tcvn3' else Text(vi='', en='')
    stop = '.' if small.vi else ''
    return ColumnText(
        encoding=found.name,
        evidence=Text(
            vi=f'{read_vi}{found.why.vi}{example_text}{stop}{small.vi}',
            en=f'{read_en}{found.why.en}{example_text}{stop}{small.en}',
        ),
        candidates=[_candidate(candidate) for candidate in found.scores] if found.reading is None else [],
    )


def undecided(column: str, found: Judgement) -> AdvisedText:
    """The question which encoding a column is in, with what each would make of it."""
    options = '; '.join(
        f'{candidate.reading.name}: "{_first(candidate)}" ({candidate.valid}/{candidate.words})'
        for candidate in _likely(found)
    )
    option = f'--encoding {quote(f"{column}={found.scores[0].reading.name}")}'
    return AdvisedText(
        vi=f'Cột {column}: {found.why.vi}. Có thể là {options}. Cho biết tệp được gõ bằng phông hay bảng mã nào.',
        en=f'Column {column}: {found.why.en}. It may be {options}. Say which font or encoding it was typed in.',
        steward=Text(vi=f'Chọn bảng mã, chẳng hạn {option}.', en=f'Choose the encoding, such as {option}.'),
    )


def _likely(found: Judgement) -> list[Score]:
    return [candidate for candidate in found.scores if candidate.share >= LIKELY] or found.scores[:2]


def _first(one: Score) -> str:
    return next((text for text in one.texts if text is not None), '–')


def _candidate(one: Score) -> EncodingCandidate:
    evidence = Text(
        vi=f'{one.valid}/{one.words} từ có dấu là âm tiết tiếng Việt: "{_first(one)}"',
        en=f'{one.valid} of {one.words} accented words are Vietnamese syllables: "{_first(one)}"',
    )
    return EncodingCandidate(encoding=one.reading.name, score=round(one.share, 3), evidence=evidence)
