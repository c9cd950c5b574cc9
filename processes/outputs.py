"""What a process answers with: outputs with their members, and results that are files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dothi.core.text import Text
from processes.geojson import GEOJSON, JSON
from processes.members import Member, describe_members, shared


@dataclass(frozen=True)
class ResultFile:
    """A result that is a file: where the run wrote it, what it is called when handed over, and how much it holds."""

    path: Path
    media_type: str
    name: str
    rows: int


@dataclass(frozen=True)
class Output:
    """One of the results that a process has.

    media_types: of its value, the usual one first; of several, a file.
    members: the properties of its features by name, the most telling number first: that is what a map shows.
    schema: JSON schema of a value that is neither GeoJSON nor a file.
    """

    title: Text
    media_types: tuple[str, ...] = (GEOJSON,)
    schema: dict[str, Any] | None = None
    members: Mapping[str, Member] = field(default_factory=dict)

    def describe(self, summary: Mapping[str, Member]) -> dict[str, Any]:
        """Title and schema, as a process description has them. summary: members of the whole."""
        schemas = [self.schema or self._value_schema(media_type, summary) for media_type in self.media_types]
        return {'title': self.title.model_dump(), 'schema': schemas[0] if len(schemas) == 1 else {'oneOf': schemas}}

    def _value_schema(self, media_type: str, summary: Mapping[str, Member]) -> dict[str, Any]:
        if media_type == JSON or not self.members:
            kind = {'type': 'object'} if media_type in (GEOJSON, JSON) else {'type': 'string'}
            encoding = {} if media_type in (GEOJSON, JSON) else {'contentEncoding': 'binary'}
            return {**kind, **encoding, 'contentMediaType': media_type}
        feature = {'type': 'object', 'properties': {'properties': describe_members(self.members)}}
        parts = {'features': {'type': 'array', 'items': feature}, 'summary': describe_members(summary)}
        return {'type': 'object', 'contentMediaType': media_type, 'properties': parts}


@dataclass(frozen=True)
class ZoneFeatures(Output):
    """A feature for each zone, under its code and name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, 'members', {**self.members, **shared('code', 'name')})
