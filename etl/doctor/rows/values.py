"""Attributes of a batch as the layer wants them, and what is wrong with them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dothi.core.coverage import Band
from dothi.core.layer import Column, Layer
from dothi.core.numbers import vietnamese_signs
from dothi.core.text import LANGUAGES, Text
from dothi.core.units import unit_words
from etl.doctor.columns import Matching
from etl.doctor.rows.factors import numbers, range_texts
from etl.report.problems import Finding
from etl.thousands import plain
from etl.values import ARROW_TYPES, Bools, coded, convert, out_of_range

# An index of PostgreSQL takes 2,704 bytes a row; a key may have several columns.
LONGEST_KEY_BYTES = 500
Decode = Callable[[Any, str], tuple[Any, Bools]]
TYPE_WORDS = {
    'text': Text(vi='văn bản', en='text'),
    'integer': Text(vi='số nguyên', en='a whole number'),
    'number': Text(vi='số', en='a number'),
    'boolean': Text(vi='có/không', en='yes or no'),
    'date': Text(vi='ngày (2024-08-31 hoặc 31/08/2024)', en='a date (2024-08-31 or 31/08/2024)'),
    'timestamp': Text(vi='thời điểm (2024-08-31T12:00)', en='a moment (2024-08-31T12:00)'),
}


def attributes(
    columns: dict[str, Any], layer: Layer, matching: Matching, decode: Decode, rows: int
) -> tuple[dict[str, Any], list[Finding]]:
    """The layer's columns as Arrow arrays of their types, null where the file has nothing, and the faults.

    columns: what the file has, by its own names. decode: text from bytes, and which rows are not text.
    """
    typed: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, column in layer.columns.items():
        source = matching.source_of.get(name)
        if source is None:
            typed[name] = pa.nulls(rows, ARROW_TYPES[column.type])
        else:
            typed[name], column_findings = _column(columns[source], column, source, layer, decode)
            findings += column_findings
            if name in layer.key:
                findings += _too_long(typed[name], source)
    return typed, findings


def required(typed: dict[str, Any], layer: Layer, matching: Matching, findings: list[Finding]) -> list[Finding]:
    """Rows that lack a value they must have, unless another fault of that column is the reason."""
    reported = {(finding.column, int(row)) for finding in findings for row in finding.rows}
    missing: list[Finding] = []
    for name, column in layer.columns.items():
        if not (column.required or name in layer.key):
            continue
        source = matching.source(name)
        empty = np.flatnonzero(np.asarray(pc.is_null(typed[name])))
        rows = np.array([row for row in empty if (source, int(row)) not in reported], dtype=np.intp)
        if rows.size:
            missing.append(_missing(rows, name in layer.key, source))
    return missing


def _column(values: Any, column: Column, source: str, layer: Layer, decode: Decode) -> tuple[Any, list[Finding]]:
    undecoded = np.zeros(len(values), dtype=bool)
    if pa.types.is_string(values.type):
        values, undecoded = decode(values, source)
    unsure = np.zeros(len(values), dtype=bool)
    if column.type in ('integer', 'number') and pa.types.is_string(values.type):
        values, unsure = plain(values, column)
    typed, untyped = convert(values, column.type, layer.source.utc_offset)
    findings = [_finding('text_encoding', undecoded, source, _ENCODING)]
    findings.append(_finding('type', untyped, source, _type(column)))
    findings.append(_finding('number_ambiguous', unsure, source, _AMBIGUOUS))
    if column.domain and column.type == 'text':
        typed, strange = coded(typed, column.domain)
        findings.append(_finding('domain', strange, source, _domain(column)))
    if column.type in ('integer', 'number'):
        findings.append(_range(typed, column, source))
    return typed, [finding for finding in findings if finding.rows.size]


def _range(typed: Any, column: Column, source: str) -> Finding:
    rows = np.flatnonzero(out_of_range(typed, column))
    return Finding('range', rows, range_texts(numbers(typed.take(pa.array(rows))), column, range_says(column)), source)


def _too_long(keys: Any, source: str) -> list[Finding]:
    if not pa.types.is_string(keys.type):
        return []
    rows = np.flatnonzero(np.asarray(pc.fill_null(pc.binary_length(keys), 0)) > LONGEST_KEY_BYTES)
    return [Finding('key_too_long', rows, _TOO_LONG, source)] if rows.size else []


def _finding(code: Any, bad: Bools, source: str, says: Text) -> Finding:
    return Finding(code, np.flatnonzero(bad), says, source)


_TOO_LONG = Text(
    vi=f'mã khóa dài quá {LONGEST_KEY_BYTES} byte. Rút ngắn mã.',
    en=f'the key is longer than {LONGEST_KEY_BYTES} bytes. Shorten it.',
)
_ENCODING = Text(
    vi='không đọc được với bảng mã này. Cho biết tệp được gõ bằng phông hay bảng mã nào, hoặc lưu lại dạng UTF-8.',
    en='is not valid in this text encoding. Say which font or encoding it was typed in, or save the file as UTF-8.',
)

_AMBIGUOUS = Text(
    vi='có thể là số thập phân hoặc có dấu phân cách hàng nghìn; đã đọc dấu đó là dấu thập phân. '
    'Nếu là hàng nghìn: bỏ dấu và giao lại.',
    en='may have a decimal sign or one of thousands; it was read as decimal. '
    'If thousands are meant, leave the sign out and deliver again.',
)


def _type(column: Column) -> Text:
    words = TYPE_WORDS[column.type]
    return Text(vi='không phải là {words}. Sửa giá trị.', en='is not {words}. Correct the value.').format(words=words)


def _domain(column: Column) -> Text:
    """What is to be said of a value that is not in the column's list: people know titles, and files hold codes."""
    domain = (column.domain or {}).items()
    vi, en = (', '.join(f'{title.pick(lang)} ({code})' for code, title in domain) for lang in LANGUAGES)
    return Text(
        vi=f'không có trong danh mục: {vi}. Sửa giá trị, hoặc đề nghị trung tâm thêm vào danh mục.',
        en=f'is not in the list: {en}. Correct it, or ask the centre to add it to the list.',
    )


def range_says(column: Column | Band) -> Text:
    """What is to be said of a value outside the limits of a column or band, of which it has one or two."""
    low, high = (None if limit is None else f'{limit:,.15g}' for limit in (column.min, column.max))
    low_vi, high_vi = vietnamese_signs(low or ''), vietnamese_signs(high or '')
    of_one = (high is None and column.min == 1) or (low is None and column.max == 1)
    unit, unit_vi = (f' {unit_words(column.unit, lang, of_one=of_one)}' if column.unit else '' for lang in ('en', 'vi'))
    if low is not None and high is not None:
        vi, en = f'nằm ngoài khoảng {low_vi}–{high_vi}', f'is outside {low} to {high}'
    else:
        vi = f'nhỏ hơn {low_vi}' if high is None else f'lớn hơn {high_vi}'
        en = f'is less than {low}' if high is None else f'is more than {high}'
    return Text(vi=f'{vi}{unit_vi}. Kiểm tra giá trị và đơn vị.', en=f'{en}{unit}. Check the value and its unit.')


def _missing(rows: Any, key: bool, source: str) -> Finding:
    if key:
        says = Text(vi='thiếu mã khóa. Điền mã.', en='the key is missing. Fill it in.')
        return Finding('key_missing', rows, says, source)
    says = Text(vi='thiếu giá trị bắt buộc. Điền giá trị.', en='a required value is missing. Fill it in.')
    return Finding('required', rows, says, source)
