"""A document of the catalogue: a law, a decree, a norm that shapes the data."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dothi.core.text import Lang, Text

Kind = Literal['law', 'decree', 'circular', 'norm']


class Document(BaseModel):
    """What `documents.yml` says about one document, which lies elsewhere.

    number: as its issuer gave it. concerns: ids of layers and analyses that it has to do with.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    title: Text
    description: Text
    kind: Kind
    issuer: Text
    year: int = Field(ge=1900, le=2200)
    number: str | None = None
    language: Lang = 'vi'
    keywords: list[Text] = []
    concerns: list[str] = []
