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


def column_text(judgement: Judgement, accented: int, failed: int) -> ColumnText:
    """The part of the report on one column: what it was read as, why, and one value before and after."""
    read_vi = f'{accented - failed} trong {accented} giá trị có dấu đọc được; ' if accented else ''
    read_en = f'{accented - failed} of {accented} values beyond ASCII are valid; ' if accented else ''
    example_text = f': "{judgement.example[0]}" → "{judgement.example[1]}"' if judgement.example else ''
    small = CAPITALS if judgement.name == 'tcvn3' else Text(vi='', en='')
    stop = '.' if small.vi else ''
    return ColumnText(
        encoding=judgement.name,
        evidence=Text(
            vi=f'{read_vi}{judgement.why.vi}{example_text}{stop}{small.vi}',
            en=f'{read_en}{judgement.why.en}{example_text}{stop}{small.en}',
        ),
        candidates=[_candidate(candidate) for candidate in judgement.scores] if judgement.reading is None else [],
    )


def undecided(column: str, judgement: Judgement) -> AdvisedText:
    """The question which encoding a column is in, with what each would make of it."""
    options = '; '.join(
        f'{candidate.reading.name}: "{_first(candidate)}" ({candidate.valid}/{candidate.words})'
        for candidate in _likely(judgement)
    )
    option = f'--encoding {quote(f"{column}={judgement.scores[0].reading.name}")}'
    return AdvisedText(
        vi=f'Cột {column}: {judgement.why.vi}. Có thể là {options}. Cho biết tệp được gõ bằng phông hay bảng mã nào.',
        en=f'Column {column}: {judgement.why.en}. It may be {options}. Say which font or encoding it was typed in.',
        steward=Text(vi=f'Chọn bảng mã, chẳng hạn {option}.', en=f'Choose the encoding, such as {option}.'),
    )


def _likely(judgement: Judgement) -> list[Score]:
    return [candidate for candidate in judgement.scores if candidate.share >= LIKELY] or judgement.scores[:2]


def _first(score: Score) -> str:
    return next((text for text in score.texts if text is not None), '–')


def _candidate(score: Score) -> EncodingCandidate:
    evidence = Text(
        vi=f'{score.valid}/{score.words} từ có dấu là âm tiết tiếng Việt: "{_first(score)}"',
        en=f'{score.valid} of {score.words} accented words are Vietnamese syllables: "{_first(score)}"',
    )
    return EncodingCandidate(encoding=score.reading.name, score=round(score.share, 3), evidence=evidence)
