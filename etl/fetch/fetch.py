"""A source of open data from its address to its deliveries."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from dothi.core.coverage import Coverage
from dothi.core.errors import WrongUse
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings
from dothi.core.store_mark import require_store
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.fetch.download import fetch, sha256_of
from etl.fetch.features import write_features
from etl.fetch.raster import write_raster
from etl.fetch.source import OpenSource
from etl.report.model import Report


class NotGiven(WrongUse):
    """The source gives nothing for this layer."""


class Fetched(BaseModel):
    """One file that was fetched, and how it can be recognised."""

    url: str
    file: str
    sha256: str


class Outcome(BaseModel):
    """What came of a source: its files, and a report for each of its layers."""

    source: str
    licence: str
    attribution: str
    files: list[Fetched]
    reports: list[Report]

    @property
    def exit_code(self) -> int:
        """The highest exit code of the reports."""
        return max((report.exit_code for report in self.reports), default=0)


@dataclass(frozen=True)
class How:
    """What may be told to a fetch. layer: only this one. update: another version is welcome."""

    layer: str | None = None
    update: bool = False
    dry_run: bool = False


def fetch_source(source: OpenSource, locality: Locality, how: How, progress: Progress = silent) -> Outcome:
    """The files of the source, and the reports of the deliveries that were made of them.

    Raises NotGiven, NoDownload, WrongChecksum, ChangedFile, StoreAway, and what a delivery raises.
    """
    layers = _layers_to_fetch(source, how.layer)
    require_store()
    room = Path(PathSettings().store) / 'downloads' / source.id
    files = [fetch(download, room, update=how.update, progress=progress) for download in source.downloads]
    fetched = [
        Fetched(url=download.url, file=str(file), sha256=sha256_of(file))
        for download, file in zip(source.downloads, files, strict=True)
    ]
    reports = [_deliver(source, files, fetched, layer, locality, how, progress) for layer in layers]
    return Outcome(
        source=source.id, licence=source.licence, attribution=source.attribution.vi, files=fetched, reports=reports
    )


def _layers_to_fetch(source: OpenSource, layer: str | None) -> list[str]:
    if layer is None:
        return list(source.gives)
    if layer in source.gives:
        return [layer]
    raise NotGiven.with_suggestion(
        layer,
        source.gives,
        vi=f'Nguồn {source.id} không có lớp "{layer}".',
        en=f'The source {source.id} gives no layer "{layer}".',
    )


def _deliver(
    source: OpenSource,
    files: list[Path],
    fetched: list[Fetched],
    layer_id: str,
    locality: Locality,
    how: How,
    progress: Progress,
) -> Report:
    """The report of the delivery of one layer; its file is made anew from what was fetched, and goes again."""
    described = locality.described(layer_id)
    target = files[0].parent / f'{layer_id}{".tif" if isinstance(described, Coverage) else ".gpkg"}'
    progress('extract', 0, None)
    try:
        if isinstance(described, Coverage):
            write_raster(files, locality, target)
        else:
            write_features(source, files[0], described, locality, target)
        options = DeliveryOptions(
            layer=layer_id, agency=source.agency, dry_run=how.dry_run, note=_note(source, fetched)
        )
        return deliver(target, options, locality, progress, 'dothi fetch')
    finally:
        target.unlink(missing_ok=True)


def _note(source: OpenSource, fetched: list[Fetched]) -> str:
    """The note of the delivery and the release: attribution, licence and files of the source."""
    files = '; '.join(f'{download.url} (sha256 {download.sha256})' for download in fetched)
    return f'{source.attribution.vi} · {source.attribution.en} · {source.licence} · {files}'
