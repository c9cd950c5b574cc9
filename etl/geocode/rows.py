"""Rows of a table that say in words where they are: placed by their address, or left to a person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import shapely

from dothi.core.crs import proj_string
from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from dothi.core.text import Text
from etl.doctor.coordinates import Reading
from etl.doctor.text.decoder import Decoder
from etl.formats.source import RawBatch, Source
from etl.geocode.confirming import confirmed, spot_candidates
from etl.geocode.corrections import Correction, Spot
from etl.geocode.gazetteer import load_gazetteer
from etl.geocode.geocode import geocode
from etl.geocode.result import PRECISIONS, GeocodedAddress, Precision
from etl.moving import move
from etl.report.problems import Finding

# A list says no more than this of one row.
MOST_NAMED = 3


@dataclass(frozen=True)
class PlacedRow:
    """A row of the file, and what became of its address. feature: the layer and the key of the row."""

    row: int
    feature: str
    answer: GeocodedAddress

    @property
    def sure(self) -> bool:
        """Whether it was placed: a commune is no place of a feature."""
        return self.answer.sure and self.answer.precision != 'commune'


@dataclass(frozen=True)
class AddressedRows:
    """Places rows without coordinates by their address, batch by batch.

    layer: its id. key: the columns of the file that tell rows apart. chosen: the places that a person has chosen, by
    the number of the row. placed: all that were looked at so far.
    """

    source: Source
    decoder: Decoder
    locality: Locality
    reading: Reading
    layer: str = ''
    key: Sequence[str] = ()
    chosen: Mapping[int, Spot] = field(default_factory=dict)
    progress: Progress = silent
    placed: list[PlacedRow] = field(default_factory=list)

    def fill(self, batches: Iterator[RawBatch]) -> Iterator[RawBatch]:
        """The batches with the places of rows that had none; one that is not sure has the likeliest and a fault."""
        column = self.source.address_column
        return batches if column is None else (self._fill(batch, column) for batch in batches)

    def _fill(self, batch: RawBatch, column: str) -> RawBatch:
        addresses = self._addresses(batch, column)
        if not addresses:
            return batch
        rows = self._place(batch, addresses)
        answers = [row.answer for row in rows]
        self.placed.extend(rows)
        geometry = batch.geometry.copy()
        geometry[list(addresses)] = self._points(answers)
        others = np.ones(len(batch), dtype=bool)
        others[list(addresses)] = False
        findings = [_without_places(finding, others) for finding in batch.findings]
        unsure = [row for row in rows if not row.sure]
        return replace(batch, geometry=geometry, findings=[*findings, *_unsure(unsure, batch.first_row, column)])

    def corrections(self) -> list[Correction]:
        """The places that a person has chosen for the rows, to be remembered."""
        return [
            Correction(row.answer.address, row.feature, self.chosen[row.row])
            for row in self.placed
            if row.row in self.chosen
        ]

    def _place(self, batch: RawBatch, addresses: dict[int, str]) -> list[PlacedRow]:
        features, texts = self._features(batch, list(addresses)), list(addresses.values())
        chosen = {
            at: (text, self.chosen[batch.first_row + row])
            for at, (row, text) in enumerate(addresses.items())
            if batch.first_row + row in self.chosen
        }
        with connection(READERS['internal']) as db:
            answers = geocode(db, self.locality, texts, progress=self.progress, features=features)
            places = spot_candidates(db, load_gazetteer(db, self.locality, 'internal'), chosen)
        answers = [confirmed(answer, places[at]) if at in places else answer for at, answer in enumerate(answers)]
        return [
            PlacedRow(batch.first_row + row, feature, answer)
            for row, feature, answer in zip(addresses, features, answers, strict=True)
        ]

    def _features(self, batch: RawBatch, rows: list[int]) -> list[str]:
        """The layer and the key of each row, nothing where the file has no key."""
        if not self.key:
            return [''] * len(rows)
        columns = [self._texts(batch, column, rows) for column in self.key]
        return [' '.join([self.layer, *(text or '' for text in key)]) for key in zip(*columns, strict=True)]

    def _texts(self, batch: RawBatch, column: str, rows: Sequence[int]) -> list[str | None]:
        values = batch.columns[column].take(pa.array(rows, pa.int64())).cast(pa.binary())
        return [None if raw is None else self.decoder.show(raw, column) for raw in values.to_pylist()]

    def _addresses(self, batch: RawBatch, column: str) -> dict[int, str]:
        """By position in the batch, the address of each row that has one and no place."""
        missing = np.flatnonzero(shapely.is_missing(batch.geometry))
        values = batch.columns[column].take(pa.array(missing))
        # judges the column's encoding, which no other step does where the layer has no such column
        self.decoder.some(values, column)
        texts = self._texts(batch, column, [int(row) for row in missing])
        return {int(row): text for row, text in zip(missing, texts, strict=True) if text and text.strip()}

    def _points(self, answers: list[GeocodedAddress]) -> list[object]:
        """The places in the coordinates of the file, None for an address of which nothing is known."""
        points = np.array([shapely.Point(answer.point) if answer.point else None for answer in answers], dtype=object)
        moved = move(points, proj_string(self.locality.srid), self.reading.crs.definition)
        if self.reading.swapped:
            moved = np.asarray(shapely.transform(moved, lambda xy: xy[:, ::-1]))
        return list(moved)


def placed_note(placed: list[PlacedRow]) -> Text | None:
    """How many rows were placed by their address, and how precisely; None where none was."""
    if not placed:
        return None
    sure = [row.answer.precision for row in placed if row.sure]
    counts = Text.join(
        ', ', [_count(precision, sure.count(precision)) for precision in PRECISIONS if precision in sure]
    )
    return Text(
        vi='{rows:,} hàng không có tọa độ, định vị theo địa chỉ: {sure:,} chắc chắn{counts}, {unsure:,} cần người xem.',
        en='{rows:,} rows have no coordinates and were placed by address: {sure:,} are sure{counts}, {unsure:,} are '
        'for a person to see.',
    ).format(
        rows=len(placed),
        sure=len(sure),
        unsure=len(placed) - len(sure),
        counts=Text(vi=f' ({counts.vi})', en=f' ({counts.en})') if sure else '',
    )


def _count(precision: Precision, rows: int) -> Text:
    return Text(vi='{of}: {rows:,}', en='{of}: {rows:,}').format(of=PRECISIONS[precision], rows=rows)


def _without_places(finding: Finding, others: np.ndarray) -> Finding:
    return finding.only(others) if finding.code == 'coordinates_missing' else finding


def _unsure(rows: list[PlacedRow], first_row: int, column: str) -> list[Finding]:
    """The rows that wait for a person, each with what it may be."""
    if not rows:
        return []
    positions = np.array([row.row - first_row for row in rows], dtype=np.intp)
    return [Finding('place_unsure', positions, [_describe_places(row.answer) for row in rows], column)]


def _describe_places(answer: GeocodedAddress) -> Text:
    places = [place for place in (answer.place, *answer.rivals) if place][:MOST_NAMED]
    if not places:
        return Text.join(' ', [Text(vi='chưa định vị được.', en='could not be placed.'), *answer.evidence])
    choices = '; '.join(f'({number}) {place.label}' for number, place in enumerate(places, start=1))
    if answer.sure:
        return Text(vi='chỉ biết đến {unit}.', en='is known only as far as {unit}.').format(unit=places[0].label)
    asks = Text(vi='chưa chắc ở đâu. Có thể là: {choices}.', en='is not sure. It may be: {choices}.').format(
        choices=choices
    )
    return Text.join(' ', [asks, *answer.evidence])
