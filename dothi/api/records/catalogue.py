"""Everything that the catalogue holds for one audience, kept until anything is released."""

import json
from dataclasses import dataclass
from functools import cached_property

from flask import current_app

from dothi.api.coverages.stored import stored_all
from dothi.api.http.caching import hash_of
from dothi.api.http.service import Service
from dothi.api.http.snapshot import Snapshot
from dothi.api.records.layers import coverage_record, layer_record
from dothi.api.records.others import document_records, process_records
from dothi.api.records.past import read_pasts, read_period
from dothi.api.records.queryables import record_row
from dothi.api.records.record import Record
from dothi.core.catalog import Release
from dothi.core.text import LANGUAGES, Lang


@dataclass(frozen=True)
class Holdings:
    """All records by id, with a hash that changes when any of them does."""

    state: str
    records: dict[str, Record]

    @cached_property
    def rows(self) -> dict[Lang, str]:
        """What PostGIS searches, in each language, as JSON."""
        return {lang: json.dumps([record_row(record, lang) for record in self.records.values()]) for lang in LANGUAGES}


def current_holdings(db: Snapshot, of: Service, releases: dict[str, Release]) -> Holdings:
    """The records of released layers, offered analyses and documents."""
    now = catalogue_state(of, releases)
    stored_holdings: Holdings | None = current_app.extensions.get('dothi.catalogue')
    if stored_holdings is None or stored_holdings.state != now:
        stored_holdings = Holdings(now, {record.id: record for record in _build_records(db, of, releases)})
        current_app.extensions['dothi.catalogue'] = stored_holdings
    return stored_holdings


def catalogue_state(of: Service, releases: dict[str, Release]) -> str:
    """A hash that changes with any release and with the locality's files."""
    numbers = (f'{name}={release.number}' for name, release in sorted(releases.items()))
    return hash_of(of.fingerprint, _files_fingerprint(of), *numbers)


def _files_fingerprint(of: Service) -> str:
    """A few letters for what the files of agencies and documents say; they are read once, when the service starts."""
    extensions = current_app.extensions
    if 'dothi.catalogue.files' not in extensions:
        descriptions = {**of.locality.agencies, **of.locality.documents}
        extensions['dothi.catalogue.files'] = hash_of(
            *(f'{name}={description.model_dump_json()}' for name, description in descriptions.items())
        )
    return str(extensions['dothi.catalogue.files'])


def _build_records(db: Snapshot, of: Service, releases: dict[str, Release]) -> list[Record]:
    past = read_pasts(db, of.audience)
    data = [
        layer_record(layer, releases[name], past[name], read_period(db, layer, of.audience), of.locality, of.audience)
        for name, layer in of.layers.items()
        if name in releases
    ]
    rasters = [coverage_record(coverage, past[coverage.coverage.id], of.locality) for coverage in stored_all(db)]
    searchable = [*data, *rasters, *process_records(of.locality, of.audience)]
    return searchable + document_records(of.locality, of.audience, frozenset(record.id for record in searchable))
