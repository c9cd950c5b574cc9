"""Schemas that models are described by, in the dialect of OpenAPI 3.0, and texts of documents in one language."""

from typing import Literal

from pydantic import BaseModel, Field

from dothi.api.http.model_schemas import schema_of
from dothi.api.http.words import in_language
from dothi.core.text import Text


class Part(BaseModel):
    """A part of the model."""

    title: Text
    place: tuple[float, float] | None = None


class Whole(BaseModel):
    """The model. What is said here is for who reads the code."""

    kind: Literal['a', 'b'] = 'a'
    parts: list[Part] = []
    secret: str = Field('', exclude=True)


TEXT = {'type': 'string'}
EXPECTED = {
    'type': 'object',
    'required': ['kind', 'parts'],
    'properties': {
        'kind': {'type': 'string', 'enum': ['a', 'b']},
        'parts': {
            'type': 'array',
            'items': {
                'type': 'object',
                'required': ['title', 'place'],
                'properties': {
                    'title': {
                        'type': 'object', 'required': ['vi', 'en'], 'properties': {'vi': TEXT, 'en': TEXT},
                        'additionalProperties': False,
                    },
                    'place': {
                        'type': 'array', 'items': {'type': 'number'}, 'minItems': 2, 'maxItems': 2, 'nullable': True,
                    },
                },
            },
        },
    },
}  # fmt: skip


def test_a_model_is_described_as_it_is_written_out() -> None:
    """Every member is there, one with a default too; what is left out of the document is not described."""
    assert schema_of(Whole) == EXPECTED


def test_the_schema_of_a_text_stays_a_schema_where_texts_are_put_into_one_language() -> None:
    """Its members are called vi and en, as those of a text are."""
    document = {'title': Text(vi='Tên', en='Name'), 'words': {'vi': 'a', 'en': 'b'}, 'schema': EXPECTED}
    assert in_language(document, 'en') == {'title': 'Name', 'words': 'b', 'schema': EXPECTED}
