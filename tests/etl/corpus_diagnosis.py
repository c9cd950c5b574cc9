"""Delivers the corpus, and holds each diagnosis against the truth."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import shapely

from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.doctor.coordinates.reading import parse_reading
from etl.doctor.rows.values import attributes
from etl.inspecting import inspect
from etl.report.model import Report
from tests.etl.corpus import KNOWN, Case, Fault, Known, district_rows, layer, rows_of
from tests.etl.corpus_files import write, written_rows

# right; applied as declared, with the truth named among what is not excluded; waits for a person; wrong
Outcome = Literal['right', 'named', 'waits', 'wrong']
OUTCOMES: tuple[Outcome, ...] = ('right', 'named', 'waits', 'wrong')
# Two readings that put everything within this are the same one.
SAME_M = 1.0


@dataclass(frozen=True)
class Diagnosed:
    """A case and what the doctor made of it. text: the names as they were read, None where a person is asked."""

    case: Case
    report: Report
    text: list[str | None] | None

    @property
    def crs(self) -> Outcome:
        found = self.report.crs
        if found.decided is None:
            return 'waits'
        if self._same(found.decided):
            return 'right'
        return 'named' if any(self._same(rival.crs) for rival in found.rivals) else 'wrong'

    def _same(self, label: str) -> bool:
        """Whether the reading `label` puts the file where the truth does."""
        shapes = np.array([shape for _, shape in written_rows(self.case) if shape is not None], dtype=object)
        truth, other = (parse_reading(each).to(shapes, 9209) for each in (self.case.said.written, label))
        away = shapely.hausdorff_distance(truth, other)
        return bool((np.nan_to_num(away, nan=np.inf) < SAME_M).all())

    @property
    def encoding(self) -> Outcome:
        if self.text is None:
            return 'waits'
        rows, _ = self.case.rows()
        return 'right' if self.text == [row.name for row in rows] else 'wrong'

    @property
    def rows(self) -> Outcome:
        """Rows are judged where the coordinates are right: elsewhere they lie in the wrong place."""
        if self.crs != 'right' or 'encoding' in self.report.held:
            return 'waits'
        _, expected = self.case.rows()
        return 'right' if self.found == expected else 'wrong'

    @property
    def found(self) -> set[Fault]:
        return {(row.row, row.code) for row in [*self.report.rows.bad, *self.report.rows.warnings]}


def diagnose(locality: Locality, folder: Path, chosen: Sequence[Case]) -> list[Diagnosed]:
    """The `chosen` cases, diagnosed in a migrated database to which references are released one after the other."""
    layers = {'works': layer('works', 'Point'), 'plots': layer('plots', 'Polygon')}
    locality = replace(locality, layers=locality.layers | layers)
    migrate(locality)
    found: list[Diagnosed] = []
    for known in KNOWN:
        _make_known(known, locality, folder)
        found += [_diagnosed(case, locality, folder) for case in chosen if case.known == known]
    return found


def _make_known(known: Known, locality: Locality, folder: Path) -> None:
    """Releases what is known in addition to what was before."""
    if known == 'outlines':
        _release('districts', district_rows(), locality, folder)
    if known == 'release':
        for name, geometry in (('works', 'Point'), ('plots', 'Polygon')):
            rows = [({'MA': row.code, 'TEN': row.name, 'RONG': row.width_m}, row.shape) for row in rows_of(geometry)]
            _release(name, rows, locality, folder)


def _release(
    name: str, rows: Sequence[tuple[Mapping[str, object], shapely.Geometry | None]], locality: Locality, folder: Path
) -> None:
    features = [
        {'type': 'Feature', 'properties': values, 'geometry': shape and json.loads(shapely.to_geojson(shape))}
        for values, shape in rows
    ]
    file = folder / f'{name}.geojson'
    crs = {'type': 'name', 'properties': {'name': 'EPSG:9209'}}
    file.write_text(json.dumps({'type': 'FeatureCollection', 'crs': crs, 'features': features}), encoding='utf-8')
    report = deliver(file, DeliveryOptions(layer=name), locality)
    assert report.release is not None, report


def _diagnosed(case: Case, locality: Locality, folder: Path) -> Diagnosed:
    file = write(case, folder / str(case.number))
    options = DeliveryOptions(layer=case.layer, dry_run=True)
    return Diagnosed(case, deliver(file, options, locality), _names(case, file, locality))


def _names(case: Case, file: Path, locality: Locality) -> list[str | None] | None:
    """The names in the file as the doctor reads them; None where it asks."""
    looked_at = inspect(file, locality.layers[case.layer], DeliveryOptions(layer=case.layer))
    if any(reason == 'encoding' for reason, _ in looked_at.questions):
        return None
    asked = (locality.layers[case.layer], looked_at.matching, looked_at.decoder.decode)
    typed = [attributes(batch.columns, *asked, len(batch))[0] for batch in looked_at.batches]
    return [name for columns in typed for name in columns['name'].to_pylist()]
