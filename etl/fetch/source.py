"""What a file of `sources/` says: where open data lies, under which licence, and which layer it becomes."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dothi.core.errors import NotFound
from dothi.core.locality_file import parse_file
from dothi.core.locality_folder import locality_files
from dothi.core.text import Text


class UnknownSource(NotFound):
    """The locality has no such source of open data."""


class Part(BaseModel):
    """A part of a source file: a key that is not declared here is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


def _web_address(url: str) -> str:
    if not re.match(r'https?://[^\s/]+/\S', url):
        raise ValueError('must begin with https:// or http:// and name a file')
    return url


def _pattern(text: str) -> str:
    re.compile(text)
    return text


class Download(Part):
    """One file. sha256: of a file that never changes. md5_url: where its publisher keeps the present checksum."""

    url: Annotated[str, AfterValidator(_web_address)]
    sha256: Annotated[str, Field(pattern='^[0-9a-f]{64}$')] | None = None
    md5_url: Annotated[str, AfterValidator(_web_address)] | None = None

    @property
    def file_name(self) -> str:
        """Name of the file, as its address ends."""
        return self.url.split('?')[0].rstrip('/').rsplit('/', 1)[-1]


class Rule(Part):
    """How a column of the layer comes out of the file's.

    tag: the file's columns, of which the first with a value counts. values: what its values become; others become
    nothing. patterns: the same by regular expressions, searched without accents and case. number: the number that
    the text begins with. unit: the code of the unit of this name in the locality's register. prefix: put before it.
    """

    tag: list[str] = Field(min_length=1)
    values: dict[str, str] = {}
    patterns: list[tuple[Annotated[str, AfterValidator(_pattern)], str]] = []
    number: bool = False
    unit: bool = False
    prefix: str = ''


class Mapping(Part):
    """Which features of the file become features of the layer.

    layers: layers of the file, all where left out. where: columns and the values that one of them must have; `*`
    for any value. point: lines and polygons become a point on them.
    """

    layers: list[str] = []
    where: dict[str, list[str]] = {}
    point: bool = False
    columns: dict[str, Rule] = {}


class OpenSource(Part):
    """One source of open data."""

    id: str = Field(pattern=r'^[a-z][a-z0-9_]{0,39}$')
    title: Text
    # as which its files are delivered: as the layer's own, they would supersede what that one sent
    agency: str
    kind: Literal['vector', 'osm', 'raster']
    downloads: list[Download] = Field(min_length=1)
    licence: str
    attribution: Text
    home: str = Field(pattern=r'^https?://\S+$')
    # layer or coverage to what becomes of it; a raster is cut to the locality and needs no rules
    gives: dict[str, Mapping] = Field(min_length=1)


def sources(locality_path: Path) -> dict[str, OpenSource]:
    """The sources of a locality by id; none where it names none. Raises BadLocalityFile that names file and key."""
    return {file.stem: parse_file(OpenSource, file) for file in locality_files(locality_path, 'sources')}


def source_with(source_id: str, locality_path: Path) -> OpenSource:
    """The source; raises UnknownSource with the nearest id."""
    open_sources = sources(locality_path)
    if source_id not in open_sources:
        raise UnknownSource.with_suggestion(
            source_id,
            open_sources,
            vi=f'Không có nguồn "{source_id}" trong sources/ của địa phương.',
            en=f'There is no source "{source_id}" in sources/ of the locality.',
        )
    return open_sources[source_id]


class Listed(Part):
    """The sources of a locality."""

    sources: list[OpenSource]


type Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class OpenDataRequest:
    """What is wanted of a file from the web. box: west, south, east and north of the locality in WGS 84."""

    source: OpenSource
    mapping: Mapping
    box: Box
