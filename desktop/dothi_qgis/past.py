"""A layer as it was released on a day, or by a release: a file of its own, with the style of the layer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from dothi_qgis.catalogue import Offered, apply_style, read_style
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.delivery_words import minute_of
from dothi_qgis.jobs import ProgressCallback, await_job
from dothi_qgis.service import ServiceError, begin_job, read_bytes, read_json
from dothi_qgis.tasks import ServiceTask
from dothi_qgis.words import language, say

MOST_RELEASES = '200'


@dataclass(frozen=True)
class Moment:
    """A time of a layer. datetime: as the service takes it, '' for now. words: as it stands in titles."""

    datetime: str
    words: str


@dataclass(frozen=True)
class PastState:
    """What the service has of a layer at a moment: its rows as a GeoPackage, and its style of today."""

    offered: Offered
    moment: Moment
    file: Path
    style: bytes


def moment_of_day(day: str) -> Moment:
    """The end of a day, `2024-08-31`, by the clock of this computer, by which releases are listed too."""
    end = QDateTime(QDate.fromString(day, Qt.ISODate), QTime(23, 59, 59))
    return Moment(end.toUTC().toString(Qt.ISODate), day)


def present() -> Moment:
    """Now."""
    return Moment('', say('hiện nay', 'now'))


def release_moments(connection: ServiceConnection, collection_id: str) -> list[tuple[Moment, str]]:
    """The releases of a layer, newest first, each with what it changed; raises ServiceError."""
    releases = read_json(connection, '/releases', layer=collection_id, limit=MOST_RELEASES)['releases']
    return [(_release_moment(each), _release_words(each)) for each in releases]


def read_past(
    connection: ServiceConnection, offered: Offered, moment: Moment, folder: Path, progress: ProgressCallback,
    task: ServiceTask,
) -> PastState:  # fmt: skip
    """The state of a layer at a moment, as a file in the folder; raises ServiceError, also where there was nothing."""
    inputs = {'collection': offered.id, 'format': 'gpkg', 'lang': language(), 'datetime': moment.datetime or None}
    job_id = begin_job(connection, 'export-features', {name: value for name, value in inputs.items() if value})
    await_job(connection, job_id, progress, task.isCanceled)
    file = folder / f'{offered.id}-{_name_part(moment)}.gpkg'
    file.write_bytes(read_bytes(connection, f'/jobs/{job_id}/results/result'))
    return PastState(offered, moment, file, read_style(connection, offered.id))


def past_layer(state: PastState) -> QgsVectorLayer:
    """The layer, called after its moment; it is not edited, as the past does not change. Raises ServiceError."""
    layer = QgsVectorLayer(f'{state.file}|layername={state.offered.id}', past_title(state), 'ogr')
    if not layer.isValid():
        raise ServiceError(f'{layer.name()}: {layer.error().message()}')
    apply_style(layer, state.style)
    layer.setName(past_title(state))
    layer.setReadOnly(True)
    return layer


def past_title(state: PastState) -> str:
    """`Trường học (2024-08-31)`."""
    return f'{state.offered.title} ({state.moment.words})'


def _release_moment(release: dict[str, Any]) -> Moment:
    number, minute = release['number'], minute_of(release['released_at'])
    return Moment(release['released_at'], say(f'bản {number}, {minute}', f'release {number}, {minute}'))


def _release_words(release: dict[str, Any]) -> str:
    return ', '.join([release['origin_title'], release['summary']])


def _name_part(moment: Moment) -> str:
    return ''.join(letter for letter in moment.datetime if letter.isalnum()) or 'now'
