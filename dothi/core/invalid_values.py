"""What is wrong with a value that a model refuses, in words: pydantic says it in English only."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from dothi.core.text import Text

_NUMBER = Text(vi='phải là số', en='must be a number')
_INTEGER = Text(vi='phải là số nguyên', en='must be a whole number')
_BOOLEAN = Text(vi='phải là true hoặc false', en='must be true or false')
_DAY = Text(vi='phải là ngày dạng 2026-11-28', en='must be a date such as 2026-11-28')
_LIST = Text(vi='phải là danh sách', en='must be a list')
_OBJECT = Text(vi='phải gồm các khóa và giá trị', en='must consist of keys and values')
# By the type of pydantic's error; the names in braces come from the error's context.
REASONS: dict[str, Text] = {
    'missing': Text(vi='thiếu, hãy thêm vào', en='is missing, add it'),
    'greater_than': Text(vi='phải lớn hơn {gt}', en='must be greater than {gt}'),
    'greater_than_equal': Text(vi='phải từ {ge} trở lên', en='must be {ge} or more'),
    'less_than': Text(vi='phải nhỏ hơn {lt}', en='must be less than {lt}'),
    'less_than_equal': Text(vi='phải từ {le} trở xuống', en='must be {le} or less'),
    'literal_error': Text(vi='phải là {expected}', en='must be {expected}'),
    'enum': Text(vi='phải là {expected}', en='must be {expected}'),
    'float_type': _NUMBER,
    'float_parsing': _NUMBER,
    'int_type': _INTEGER,
    'int_parsing': _INTEGER,
    'int_from_float': _INTEGER,
    'bool_type': _BOOLEAN,
    'bool_parsing': _BOOLEAN,
    'date_type': _DAY,
    'date_parsing': _DAY,
    'date_from_datetime_parsing': _DAY,
    'finite_number': Text(vi='phải là số hữu hạn', en='must be a finite number'),
    'string_type': Text(vi='phải là chuỗi ký tự', en='must be a text'),
    'string_too_long': Text(vi='dài quá {max_length} ký tự', en='is longer than {max_length} characters'),
    'string_pattern_mismatch': Text(vi='phải theo mẫu {pattern}', en='must match {pattern}'),
    'list_type': _LIST,
    'tuple_type': _LIST,
    'dict_type': _OBJECT,
    'model_type': _OBJECT,
    'too_short': Text(vi='phải có ít nhất {min_length} giá trị', en='must have {min_length} values or more'),
    'too_long': Text(vi='phải có nhiều nhất {max_length} giá trị', en='must have {max_length} values or fewer'),
    'ip_any_network': Text(vi='phải là mạng như 10.20.0.0/16', en='must be a network such as 10.20.0.0/16'),
    'union_tag_invalid': Text(
        vi='phải có {discriminator} là một trong {expected_tags}',
        en='must have as {discriminator} one of {expected_tags}',
    ),
    'union_tag_not_found': Text(vi='thiếu {discriminator}, hãy thêm vào', en='lacks {discriminator}, add it'),
}


def explain_error(error: ErrorDetails, reasons: Mapping[str, Text] = REASONS) -> Text:
    """What is wrong and what would be right, without the value and its place.

    reasons: by the type of pydantic's error. For a type that is none of them it says what pydantic says.
    """
    reason = reasons.get(error['type'])
    if reason is None:
        message = error['msg'].removeprefix('Value error, ')
        return Text(vi=f'giá trị không hợp lệ ({message})', en=f'is not a valid value ({message})')
    return reason.format(**_limits(error))


def _limits(error: ErrorDetails) -> dict[str, Any]:
    """The limits that pydantic names; whole ones without a decimal point, lists of values in both languages."""
    context = error.get('ctx', {})
    limits = {name: f'{value:.15g}' if isinstance(value, float) else value for name, value in context.items()}
    if 'expected' in limits:
        expected = str(limits['expected'])
        limits['expected'] = Text(vi=expected.replace(' or ', ' hoặc '), en=expected)
    return limits
