"""Outlines of a later state of the units, as unions of an earlier one's: a delivery like any other."""

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.errors import DataRefused
from dothi.core.gdal import pyogrio
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from dothi.core.unit_crosswalk import crosswalk, units_in
from dothi.core.unit_register import UnitRegister, UnitVersion, layer_of, level_of, unit_register
from etl.desk import deliveries
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.formats.source import Geometries
from etl.reference import Units, released_units
from etl.report.model import Report


class NothingToDeriveFrom(DataRefused):
    """No earlier state has the outlines of all its units."""


class NotAUnion(DataRefused):
    """A unit was divided: its parts have outlines that nothing released tells."""


@dataclass(frozen=True)
class Derived:
    """Units of the state that begins on `since`, each with its outline, and what they were made from."""

    layer: Layer
    since: date
    source: Units
    source_day: date
    units: list[UnitVersion]
    outlines: Geometries


def derive(locality: Locality, level: str, on: date, *, dry_run: bool = False, progress: Progress = silent) -> Report:
    """The report of a delivery of the units of `level` as they were on the day `on`, made of an earlier state's.

    The release notes what it was made of; outlines from demonstration data are demonstration data.
    Raises NoUnitsThen, NothingToDeriveFrom, NotAUnion.
    """
    with deliveries.loader_session() as db:
        derived = derived_outlines(db, locality, level, on)
    with tempfile.TemporaryDirectory(prefix='dothi-units-') as folder:
        file = Path(folder) / f'{derived.layer.id}_{derived.since}_derived.gpkg'
        _write(file, derived, locality)
        return deliver(file, _options(derived, dry_run=dry_run), locality, progress)


def derived_outlines(db: Connection, locality: Locality, level: str, on: date) -> Derived:
    """What `derive` delivers. Raises as it does."""
    register = unit_register(locality)
    units = units_in(register, level, on)
    since = max(day for day in register.days(level) if day <= on)
    layer, source, source_day = _source(db, locality, register, level, since)
    sources = _sources(register, level, source_day, since)
    polygon_of = dict(zip(source.codes, source.polygons, strict=True))
    outlines = np.array([_union([polygon_of[code] for code in sources[unit.code]]) for unit in units], dtype=object)
    return Derived(layer, since, source, source_day, units, outlines)


def _source(
    db: Connection, locality: Locality, register: UnitRegister, level: str, since: date
) -> tuple[Layer, Units, date]:
    """The layer, and the newest state before `since` of which every unit has a released outline."""
    layer = layer_of(level, locality)
    for day in reversed([day for day in register.days(level) if day < since]):
        candidates = [units for units in released_units(db, locality, day) if level_of(units.layer) == level]
        if layer and candidates and {unit.code for unit in register.on(day, level)} <= set(candidates[0].codes):
            return layer, candidates[0], day
    raise NothingToDeriveFrom(
        vi=f'Chưa có đủ ranh giới cấp "{level}" của thời kỳ nào trước {since}. Nạp ranh giới cũ với --as-of.',
        en=f'No state of the level "{level}" before {since} has all its outlines. Deliver an older one with --as-of.',
    )


def _sources(register: UnitRegister, level: str, start: date, end: date) -> dict[str, list[str]]:
    """Codes of the units on `start` that make up each unit on `end`."""
    sources: dict[str, list[str]] = {}
    for code, parts in crosswalk(register, level, start, end).shares.items():
        if len(parts) > 1:
            raise NotAUnion(
                vi=f'Đơn vị {code} đã chia thành {", ".join(parts)}: không suy ra được ranh giới. Nạp tệp của cơ quan.',
                en=f'The unit {code} was divided into {", ".join(parts)}: deliver the outlines that an agency drew.',
            )
        for target in parts:
            sources.setdefault(target, []).append(code)
    return sources


def _union(parts: list[shapely.Geometry]) -> shapely.Geometry:
    if len(parts) == 1:
        # to the vertex as it was, so that a unit that did not change is no change
        return parts[0]
    # borders that neighbours share to the vertex vanish without a trace; others are overlaid
    whole = shapely.coverage_union_all(parts) if shapely.coverage_is_valid(parts) else shapely.union_all(parts)
    return shapely.MultiPolygon([part for part in shapely.get_parts(whole) if part.geom_type == 'Polygon'])


def _write(file: Path, derived: Derived, locality: Locality) -> None:
    """A GeoPackage in the working system, its columns named as in the layer's register."""
    units = derived.units
    texts = {name: [getattr(unit, name) for unit in units] for name in ('code', 'name', 'parent_code')}
    days = {name: [getattr(unit, name) for unit in units] for name in ('valid_from', 'valid_to')}
    columns = [np.array(values, dtype=object) for values in texts.values()]
    columns += [np.array(values, dtype='datetime64[D]') for values in days.values()]
    pyogrio.raw.write(
        str(file),
        shapely.to_wkb(derived.outlines),
        columns,
        np.array([*texts, *days], dtype=object),
        driver='GPKG',
        geometry_type='MultiPolygon',
        crs=locality.place.crs,
    )


def _options(derived: Derived, *, dry_run: bool) -> DeliveryOptions:
    note = (
        f'Suy ra từ ranh giới ngày {derived.source_day} (bản phát hành {derived.source.release}) theo lineage.csv · '
        f'derived from the outlines of {derived.source_day} (release {derived.source.release}) by lineage.csv'
    )
    return DeliveryOptions(
        layer=derived.layer.id,
        as_of=derived.since,
        note=note,
        agency=derived.layer.agency,
        origin='demo' if derived.source.demo else 'delivery',
        dry_run=dry_run,
    )
