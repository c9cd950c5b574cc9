"""A body that is a JSON object, read member by member."""

from collections.abc import Sequence
from typing import Any

from flask import request

from dothi.api.http.sound_json import sound_json
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.numbers import number_vi

LARGEST_BODY = 200_000


class NoSuchBody(WrongUse):
    """The body is no JSON object, or has a member that is not of the right name or kind."""


def read_body(*names: str, largest: int = LARGEST_BODY) -> dict[str, Any]:
    """The members of the JSON body; raises NoSuchBody for what is none, and for a member of another name.

    largest: in bytes.
    """
    request.max_content_length = largest
    try:
        body = sound_json(request.get_data())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise NoSuchBody(vi='Nội dung phải là một đối tượng JSON.', en='The body must be a JSON object.')
    for name in body:
        if name not in names:
            hint = did_you_mean(name[:100], names)
            raise NoSuchBody(
                vi=f'Không có trường "{name[:100]}". {hint.vi}', en=f'There is no member "{name[:100]}". {hint.en}'
            )
    return body


def text_member(body: dict[str, Any], name: str, most: int) -> str | None:
    """A text of the body; None where it is not there. Raises NoSuchBody for what is no text, or too long."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > most or '\x00' in value:
        raise NoSuchBody(
            vi=f'"{name}" phải là chữ, nhiều nhất {number_vi(most)} ký tự.',
            en=f'"{name}" must be a text of {most:,} characters or fewer.',
        )
    return value.strip()


def name_member(body: dict[str, Any], most: int) -> str | None:
    """The member `name`; None where it is not there. Raises NoSuchBody where it is empty, too."""
    name = text_member(body, 'name', most)
    if name == '':
        raise NoSuchBody(vi='"name" không được rỗng.', en='"name" must not be empty.')
    return name


def choice_member[Choice: str](body: dict[str, Any], name: str, choices: Sequence[Choice]) -> Choice | None:
    """One of some texts; None where it is not there. Raises NoSuchBody."""
    value = body.get(name)
    if value is None or value in choices:
        return value
    listed = ', '.join(choices)
    raise NoSuchBody(vi=f'"{name}" phải là một trong: {listed}.', en=f'"{name}" must be one of: {listed}.')
