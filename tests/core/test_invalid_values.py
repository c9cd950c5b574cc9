"""What a model refuses is explained in both languages, without pydantic's English."""

from datetime import date
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from dothi.core.invalid_values import REASONS, explain_error
from dothi.core.settings import BadSetting, Settings
from dothi.core.settings_table import SETTINGS
from dothi.core.text import Text


class Model(BaseModel):
    whole: int = Field(1, gt=0, le=10)
    share: float = Field(0.5, ge=0.25, lt=1)
    word: str = Field('a', pattern='^[a-z]+$', max_length=5)
    kind: Literal['line', 'area'] = 'line'
    names: list[str] = Field(['a'], min_length=1)
    day: date = date(2026, 1, 1)
    flag: bool = True
    parts: dict[str, int] = {}


@pytest.mark.parametrize(
    ('values', 'vi', 'en'),
    [
        ({'whole': 'x'}, 'phải là số nguyên', 'must be a whole number'),
        ({'whole': 1.5}, 'phải là số nguyên', 'must be a whole number'),
        ({'whole': 0}, 'phải lớn hơn 0', 'must be greater than 0'),
        ({'whole': 11}, 'phải từ 10 trở xuống', 'must be 10 or less'),
        ({'share': 0.1}, 'phải từ 0.25 trở lên', 'must be 0.25 or more'),
        ({'share': 1}, 'phải nhỏ hơn 1', 'must be less than 1'),
        ({'word': 'A'}, 'phải theo mẫu ^[a-z]+$', 'must match ^[a-z]+$'),
        ({'word': 'abcdef'}, 'dài quá 5 ký tự', 'is longer than 5 characters'),
        ({'word': 3}, 'phải là chuỗi ký tự', 'must be a text'),
        ({'kind': 'point'}, "phải là 'line' hoặc 'area'", "must be 'line' or 'area'"),
        ({'names': []}, 'phải có ít nhất 1 giá trị', 'must have 1 values or more'),
        ({'names': 'a'}, 'phải là danh sách', 'must be a list'),
        ({'day': 'today'}, 'phải là ngày dạng 2026-11-28', 'must be a date such as 2026-11-28'),
        ({'flag': 'perhaps'}, 'phải là true hoặc false', 'must be true or false'),
        ({'parts': 3}, 'phải gồm các khóa và giá trị', 'must consist of keys and values'),
    ],
)
def test_the_reason_says_what_would_be_right(values: dict[str, Any], vi: str, en: str) -> None:
    with pytest.raises(ValidationError) as invalid:
        Model.model_validate(values)
    reason = explain_error(invalid.value.errors()[0])
    assert (reason.vi, reason.en) == (vi, en)


@pytest.mark.parametrize('value', ['x', '-1', '999999999999', '["x"]', '[1'])
def test_whatever_a_setting_refuses_is_said_in_vietnamese(value: str) -> None:
    """Every setting, with values that most of them cannot have."""
    texts = [text for group in SETTINGS for name in group.model_fields if (text := _refusal(group, name, value))]
    assert texts
    for text in texts:
        assert 'không hợp lệ (' not in text.vi, text.vi
        assert 'Input should' not in text.en, text.en


def _refusal(group: type[Settings], name: str, value: str) -> Text | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f'DOTHI_{name.upper()}', value)
        try:
            group()
        except BadSetting as refused:
            return refused.text
    return None


def test_no_reason_lacks_one_of_its_languages() -> None:
    assert all(reason.vi != reason.en for reason in REASONS.values())
