"""What forms and JSON bodies of the pages about people say, and how these pages answer."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from dothi.api.access.cookies import CSRF_FIELD
from dothi.api.http.language import HTML, JSON, language, page
from dothi.api.http.sound_json import sound_json
from dothi.core.errors import WrongUse

LONGEST_FIELD, LONGEST_BODY = 2_000, 100_000


class MissingField(WrongUse):
    """A form was sent without something that it needs."""


class UnsoundText(WrongUse):
    """A field has a character that the database cannot keep."""


class LongField(WrongUse):
    """A field is longer than what is kept of it."""


class NoMapping(WrongUse):
    """A field is no object of names and texts."""


class NoText(WrongUse):
    """A field is no text."""


class UnknownField(WrongUse):
    """A field has a name that means nothing here: what it was to say would be passed over."""


class Fields:
    """The fields of a form or of a JSON body, each a text or a list of texts."""

    def __init__(self) -> None:
        # strangers send these: nothing on such a page is longer
        request.max_content_length = LONGEST_BODY
        self._values: Mapping[str, Any] = _json_object() if request.is_json else request.form

    def refuse_unknown(self, *names: str) -> None:
        """Raises UnknownField for a field of any other name, with the nearest one."""
        for name in self._values:
            if name not in (*names, CSRF_FIELD):
                raise UnknownField.with_suggestion(
                    name[:100], names, vi=f'Không có trường "{name[:100]}".', en=f'There is no field "{name[:100]}".'
                )

    def has(self, name: str) -> bool:
        """Whether the field is there, if only as an empty one."""
        return name in self._values

    def text(self, name: str) -> str:
        """The field as text; empty where it is not there. Raises NoText, LongField and UnsoundText."""
        value = self._values.get(name)
        if not isinstance(value, str | int | None):
            raise NoText(vi=f'"{name}" phải là chữ.', en=f'"{name}" must be a text.')
        text = '' if value is None else str(value)
        if len(text) > LONGEST_FIELD:
            raise LongField(
                vi=f'"{name}" dài {len(text)} ký tự; nhiều nhất {LONGEST_FIELD}. Viết ngắn lại.',
                en=f'"{name}" has {len(text)} characters; {LONGEST_FIELD} at most. Shorten it.',
            )
        if '\x00' in text:
            raise UnsoundText(vi=f'"{name}" có ký tự U+0000.', en=f'"{name}" has the character U+0000.')
        return text

    def required(self, name: str) -> str:
        """The field as text; raises MissingField."""
        text = self.text(name)
        if not text:
            raise MissingField(vi=f'Thiếu "{name}".', en=f'"{name}" is missing.')
        return text

    def texts(self, name: str) -> list[str]:
        """The field as a list; empty where it is not there."""
        if not request.is_json:
            return request.form.getlist(name)
        value = self._values.get(name, [])
        return [str(part) for part in value] if isinstance(value, list) else []

    def mapping(self, name: str) -> dict[str, str]:
        """The field of a JSON body as names and texts; empty where it is not there. Raises NoMapping."""
        value = self._values.get(name) or {}
        if not (isinstance(value, dict) and all(isinstance(text, str) for text in value.values())):
            raise NoMapping(
                vi=f'"{name}" phải là đối tượng JSON gồm tên và chữ: {{"TEN": "name"}}.',
                en=f'"{name}" is an object of names and texts: {{"TEN": "name"}}.',
            )
        return dict(value)


def _json_object() -> dict[str, Any]:
    try:
        body = sound_json(request.get_data())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise MissingField(vi='Nội dung phải là một đối tượng JSON.', en='The body must be a JSON object.')
    return body


def private_page(template: str, data: dict[str, Any], status: int = 200) -> Response:
    """A page that nobody keeps: it is about one person."""
    return _private(page(template, data), f'{HTML}; charset=utf-8', status)


def private_json(document: Any, status: int = 200) -> Response:
    """A document that nobody keeps."""
    return _private(json.dumps(document, ensure_ascii=False, default=str), JSON, status)


def _private(body: str, content_type: str, status: int) -> Response:
    response = Response(body, status, content_type=content_type)
    response.headers['Cache-Control'] = 'no-store'
    response.headers['Content-Language'] = language()
    return response
