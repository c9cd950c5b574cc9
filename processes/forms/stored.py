"""What an earlier job left: one output of it, how it came about, and the layers behind it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from dothi.core.catalog import current_releases, release_in_force, releases_numbered
from dothi.core.clock import local_day
from dothi.core.crs import WGS84, proj_string
from dothi.core.errors import NotFound
from dothi.core.locality import locality_zone
from dothi.core.place import Level
from dothi.core.text import DEMO, Lang, Text
from etl.formats.source import Geometries
from etl.moving import move
from processes.base import Process
from processes.data import Data
from processes.forms.numbers import format_day
from processes.forms.tables import Feature
from processes.forms.words import MemberWords
from processes.geojson import GEOJSON, JSON
from processes.inputs import ProcessInputs
from processes.outputs import Member, name_levels
from processes.queue.records import Result, copies_of, job_results, no_result, result_gone, state
from processes.reading.readings import Reading, readings_of, release_numbers
from processes.registry import find_process

TIFF = 'image/tiff'
SOURCES = Text(vi='Nguồn', en='Sources')
RELEASE = Text(vi='bản phát hành', en='release')


class NoSuchOutput(NotFound):
    """The job has no output of this name."""


@dataclass(frozen=True)
class StoredResult:
    """One output of a successful job. readings: by layer, what it was computed from. levels: of units.

    data_titles: of layers and coverages, by id. copies: ids of the layers of which it holds rows as they are.
    rows_withheld: whether its reader may not download them.
    """

    job_id: str
    process_id: str
    process: Process[Any]
    inputs: dict[str, Any]
    readings: dict[str, Reading]
    software_version: str
    finished_at: datetime
    output: str
    result: Result
    levels: Mapping[str, Level]
    data_titles: Mapping[str, Text] = field(default_factory=dict)
    copies: frozenset[str] = frozenset()
    rows_withheld: bool = False

    @property
    def is_features(self) -> bool:
        """Whether it is a FeatureCollection."""
        return self.result.media_type == GEOJSON

    @property
    def is_document(self) -> bool:
        """Whether it is a JSON document without places."""
        return self.result.media_type == JSON

    @property
    def raster(self) -> Path | None:
        """The file, where it is a GeoTIFF."""
        return self.result.file if self.result.media_type.partition(';')[0].strip() == TIFF else None

    @cached_property
    def document(self) -> dict[str, Any]:
        """The JSON document, a plain value under the name of the output; nothing of a file in another form."""
        document = json.loads(self.result.content()) if self.is_features or self.is_document else {}
        return document if isinstance(document, dict) else {self.output: document}

    @property
    def features(self) -> list[Feature]:
        """The features of the result; none where it is no FeatureCollection."""
        return list(self.document.get('features') or []) if self.is_features else []

    @property
    def summary(self) -> dict[str, Any]:
        """The member `summary` of a FeatureCollection, or the whole of another document."""
        return dict(self.document.get('summary') or {}) if self.is_features else self.document

    @cached_property
    def members(self) -> dict[str, Member]:
        """Its members as its process declares them, and those that the parts of its summary give a title to."""
        lists = [value for value in self.summary.values() if isinstance(value, list)]
        parts = [
            part
            for members in lists
            for part in members
            if isinstance(part, dict) and isinstance(part.get('title'), dict)
        ]
        titled = {str(part['id']): Member(Text(**part['title']), part.get('unit')) for part in parts if part.get('id')}
        return name_levels({**self.process.members_of(self.output), **titled}, self.levels)

    def words(self, lang: Lang) -> MemberWords:
        """Its members in one language."""
        return MemberWords(self.members, lang, self.data_titles)

    @cached_property
    def shapes(self) -> Geometries:
        """The features' geometries in CRS84, None where there is none, shape (n,)."""
        texts = [json.dumps(feature.get('geometry')) for feature in self.features]
        # an echo gives back whatever it was sent
        return np.asarray(shapely.from_geojson(texts, on_invalid='ignore'), dtype=object)

    def shapes_in(self, srid: int) -> Geometries:
        """The geometries in the system `srid`."""
        return move(self.shapes, proj_string(WGS84), proj_string(srid))

    @property
    def file_stem(self) -> str:
        """What a file of it is called, without its ending."""
        name = '' if self.output == next(iter(self.process.outputs)) else f'-{self.output}'
        return f'{self.process_id}{name}-{self.finished_at:%Y-%m-%d}-{self.job_id[:8]}'

    @property
    def model(self) -> type[ProcessInputs]:
        return self.process.inputs


def read_stored(job_id: str, output: str | None, data: Data, *, for_copy: bool = True) -> StoredResult:
    """The output of a job that the asker may see; its releases count as read.

    output: the first one when left out. for_copy: whether what it holds of layers goes into the result of this run,
    which is then for those alone who may download them. Raises UnknownJob, NoResult, ResultGone, NoSuchOutput.
    """
    job = state(data.db, job_id)
    outputs = job_results(data.db, job_id)
    if job['status'] == 'successful' and job['gone']:
        raise result_gone()
    if not outputs:
        raise no_result(job)
    name = output if output is not None else next(iter(outputs))
    if name not in outputs:
        raise NoSuchOutput.with_suggestion(
            name, outputs, vi=f'Tác vụ không có kết quả "{name}".', en=f'The job has no output "{name}".'
        )
    readings = readings_of(job)
    data.read_earlier(job_id, readings)
    copies = copies_of(job)
    if for_copy:
        data.copy_earlier(copies)
    return StoredResult(
        job_id=str(job['id']),
        process_id=job['process_id'],
        process=find_process(job['process_id'], data.audience),
        inputs=job['inputs'],
        readings=readings,
        software_version=job['software_version'],
        finished_at=job['finished_at'],
        output=name,
        result=outputs[name],
        levels=data.locality.place.levels,
        data_titles={name: each.title for name, each in {**data.locality.layers, **data.locality.coverages}.items()},
        copies=copies,
    )


@dataclass(frozen=True)
class Source:
    """A layer that a result was computed from. newer: number of the release that is in force by now, if another."""

    layer_id: str
    title: Text
    agency: Text
    release: int
    released_at: datetime | None
    demo: bool
    newer: int | None


def sources_of(stored: StoredResult, data: Data) -> list[Source]:
    """The layers behind a result, by title; one whose file is gone goes by its id."""
    releases = releases_numbered(data.db, [*release_numbers(stored.readings).values()])
    current = current_releases(data.db)
    sources = []
    for layer_id, reading in stored.readings.items():
        title, agency = _title_and_agency(layer_id, data)
        release = releases.get(reading.release)
        now = current.get(layer_id) if reading.at is None else release_in_force(data.db, layer_id, reading.at)
        sources.append(
            Source(
                layer_id, title, agency, reading.release,
                release.released_at if release else None,
                release.demo if release else False,
                now.number if now and now.number != reading.release else None,
            )
        )  # fmt: skip
    return sorted(sources, key=lambda source: source.title.vi)


def _title_and_agency(layer_id: str, data: Data) -> tuple[Text, Text]:
    place = data.locality
    if layer_id in place.layers or layer_id in place.coverages:
        description = place.described(layer_id)
        return description.title, place.agencies[description.agency].title
    return Text(vi=layer_id, en=layer_id), Text(vi='–', en='–')


def changed_since(sources: list[Source]) -> Text:
    """The sentence that says whether the result still is of the present state."""
    changed = [source for source in sources if source.newer is not None]
    if not changed:
        return Text(
            vi='Các lớp đầu vào chưa có bản phát hành mới hơn.', en='None of the inputs has been released anew since.'
        )
    named_vi = ', '.join(f'{source.title.vi} ({source.newer})' for source in changed)
    named_en = ', '.join(f'{source.title.en} ({source.newer})' for source in changed)
    return Text(
        vi=f'{len(changed)} lớp đầu vào đã có bản phát hành mới: {named_vi}. Nên chạy lại phân tích.',
        en=f'{len(changed)} of the inputs changed since: {named_en}. Run the analysis again.',
    )


def in_one_line(sources: list[Source], stored: StoredResult, lang: Lang) -> str:
    """Below a map: layers with agency, release and day; then job and software."""
    phrases = [
        f'{source.title.pick(lang)} ({source.agency.pick(lang)}), {RELEASE.pick(lang)} {source.release}'
        + (f', {format_day(local_day(source.released_at, locality_zone()), lang)}' if source.released_at else '')
        + (f' – {DEMO.pick(lang)}' if source.demo else '')
        for source in sources
    ]
    day = format_day(local_day(stored.finished_at, locality_zone()), lang)
    software = f'dothi {stored.software_version}, {day}, {stored.job_id}'
    return f'{SOURCES.pick(lang)}: {"; ".join(phrases)}. {software}.' if phrases else f'{software}.'
