"""Everything that the catalogue holds for one audience, kept until anything is released."""

import json
from dataclasses import dataclass
from functools import cached_property

from flask import current_app

from dothi.api.caching import hash_of
from dothi.api.coverages.stored import stored_all
from dothi.api.records.layers import coverage_record, layer_record
from dothi.api.records.others import document_records, process_records
from dothi.api.records.past import pasts, period
from dothi.api.records.queryables import row
from dothi.api.records.record import Record
from dothi.api.service import Service
from dothi.api.snapshot import Snapshot
from dothi.core.catalog import Release
from dothi.core.text import LANGUAGES, Lang


@dataclass(frozen=True)
class Holdings:
    """All records by id, and a few letters that change with any of them."""

    state: str
    records: dict[str, Record]

    @cached_property
    def rows(self) -> dict[Lang, str]:
        """What PostGIS searches, in each language, as JSON."""
        return {lang: json.dumps([row(record, lang) for record in self.records.values()]) for lang in LANGUAGES}


def holdings(db: Snapshot, of: Service, releases: dict[str, Release]) -> Holdings:
    """The records of released layers, offered analyses and documents."""
    now = state(of, releases)
    kept: Holdings | None = current_app.extensions.get('dothi.catalogue')
    if kept is None or kept.state != now:
        kept = Holdings(now, {record.id: record for record in _records(db, of, releases)})
        current_app.extensions['dothi.catalogue'] = kept
    return kept


def state(of: Service, releases: dict[str, Release]) -> str:
    """Changes with any release, and with what the locality's files say."""
    numbers = (f'{name}={release.number}' for name, release in sorted(releases.items()))
    return hash_of(of.fingerprint, _said(of), *numbers)


def _said(of: Service) -> str:
    """A few letters for what the files of agencies and documents say; they are read once, when the service starts."""
    known = current_app.extensions
    if 'dothi.catalogue.files' not in known:
        said = {**of.locality.agencies, **of.locality.documents}
        known['dothi.catalogue.files'] = hash_of(*(f'{name}={one.model_dump_json()}' for name, one in said.items()))
    return str(known['dothi.catalogue.files'])


def _records(db: Snapshot, of: Service, releases: dict[str, Release]) -> list[Record]:
    past = pasts(db, of.audience)
    data = [
        layer_record(layer, releases[name], past[name], period(db, layer, of.audience), of.locality, of.audience)
        for name, layer in of.layers.items()
        if name in releases
    ]
    rasters = [coverage_record(one, past[one.coverage.id], of.locality) for one in stored_all(db)]
    known = [*data, *rasters, *process_records(of.locality, of.audience)]
    return known + document_records(of.locality, of.audience, frozenset(record.id for record in known))
