"""Where values of indicators are kept: in the layer that the process makes, released like any other, and the run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from psycopg2 import sql
from psycopg2.extras import Json

from dothi import __version__
from dothi.core.access.claims import claimed_class
from dothi.core.database import connection
from dothi.core.errors import HeldForDecision
from dothi.core.gdal import pyogrio
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.report.model import Report as DeliveryReport
from processes.data import Data
from processes.evaluation.evaluated import Evaluation
from processes.evaluation.period import Period
from processes.forms.own_layer import must_be_open
from processes.inputs import LayerRef

PROCESS = 'indicators'
NUMBERS = ('value', 'numerator', 'denominator', 'threshold', 'value_before')


class NotKept(HeldForDecision):
    """The values were computed, and could not be released."""


@dataclass(frozen=True)
class KeptEvaluation:
    """What was kept: the number of the run, and of the release of the layer that has its values."""

    run: int
    layer: str
    release: int | None


def values_layer(locality: Locality) -> Layer | None:
    """The layer that the process makes, None in a locality that keeps no values."""
    return next((layer for layer in locality.layers.values() if layer.made_by == PROCESS), None)


def values_before(set_id: str, period: Period, data: Data) -> dict[tuple[str, str], float]:
    """The value of each indicator and unit in the last period that was over when this one began.

    It does not count as read: what was computed before is no input of what is computed now.
    """
    layer = values_layer(data.locality)
    if layer is None or data.current(layer.id) is None:
        return {}
    _, rows = data.apart().source(LayerRef(layer.id))
    query = (
        'select distinct on (indicator, unit_code) indicator, unit_code, value from {}'
        ' where set_id = {} and period_until <= {} order by indicator, unit_code, period_until desc, period_from desc'
    )
    earlier = data.rows(sql.SQL(query).format(rows, sql.Literal(set_id), sql.Literal(period.first)))
    return {(row['indicator'], row['unit_code']): row['value'] for row in earlier if row['value'] is not None}


def keep_evaluation(evaluated: Evaluation, summary: dict[str, Any], data: Data) -> KeptEvaluation | None:
    """Releases the values and records the run; None in a locality that keeps none. Raises NotKept, SeenBySome.

    summary: level, units_on, evidence_on, releases and demo. Values that rest on demonstration data are a demo release.
    The same values again make no new one.
    """
    layer = values_layer(data.locality)
    if layer is None:
        return None
    must_be_open(data.readings, claimed_class())
    number, definition = _record_run(evaluated, summary), evaluated.definition
    file = data.draft(f'{layer.id}.gpkg')
    write_values(file, evaluated.rows(), [value.unit.wkb for value in evaluated.values], data.locality.srid)
    options = DeliveryOptions(
        layer=layer.id,
        mode='upsert',
        origin='demo' if summary['demo'] else 'delivery',
        crs=f'EPSG:{data.locality.srid}',
        sender=PROCESS,
        note=f'{definition.id} {definition.version}, {evaluated.period.first}/{evaluated.period.last}, run {number}',
    )
    report = deliver(file, options, data.locality.whole)
    if report.verdict != 'accepted':
        raise _not_kept(report)
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('update indicator.run set release = %s where id = %s', [report.release, number])
    return KeptEvaluation(number, layer.id, report.release)


def write_values(file: Path, rows: Sequence[dict[str, Any]], outlines: Sequence[bytes], srid: int) -> None:
    """A GeoPackage with one row for each value; no number is a null."""
    names = list(rows[0])
    columns = [
        np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)
        if name in NUMBERS
        else np.array([row[name] for row in rows], dtype=object)
        for name in names
    ]
    geometry = np.array([*outlines, None], dtype=object)[:-1]
    pyogrio.raw.write(
        file, geometry, columns, names, geometry_type='MultiPolygon', crs=f'EPSG:{srid}', driver='GPKG', layer='values'
    )


def _record_run(evaluated: Evaluation, summary: dict[str, Any]) -> int:
    """The number of the run. Its release is noted when there is one."""
    evidence = {name: [proof.document() for proof in own] for name, own in evaluated.proofs.items()}
    values = {
        'set_id': evaluated.definition.id,
        'set_version': evaluated.definition.version,
        'definition': _as_json(evaluated.definition.model_dump(mode='json', by_alias=True, exclude_defaults=True)),
        'level': summary['level'],
        'units_on': summary['units_on'],
        'period_from': evaluated.period.first,
        'period_until': evaluated.period.until,
        'evidence_on': summary['evidence_on'],
        'releases': _as_json(summary['releases']),
        'evidence': _as_json(evidence),
        'software_version': __version__,
    }
    names = sql.SQL(', ').join(map(sql.Identifier, values))
    places = sql.SQL(', ').join(map(sql.Placeholder, values))
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(sql.SQL('insert into indicator.run ({}) values ({}) returning id').format(names, places), values)
        (number,) = cursor.fetchone() or (0,)
    return int(number)


def _as_json(value: Any) -> Json:
    return Json(value, dumps=lambda plain: json.dumps(plain, ensure_ascii=False))


def _not_kept(report: DeliveryReport) -> NotKept:
    notes = report.notes or []
    return NotKept(
        vi=f'Đã tính xong nhưng chưa phát hành được giá trị (đợt giao {report.delivery}: {report.verdict}). '
        + ' '.join(note.vi for note in notes),
        en=f'The values were computed and could not be released (delivery {report.delivery}: {report.verdict}). '
        + ' '.join(note.en for note in notes),
    )
