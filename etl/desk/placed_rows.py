"""Rows of deliveries that were placed by their address: kept for the desk, and chosen among by a person."""

import json
from collections.abc import Mapping
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor, execute_values
from pydantic import BaseModel

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.database import connection
from dothi.core.errors import WrongUse
from dothi.core.locality import Locality
from etl.geocode.corrections import Spot
from etl.geocode.result import Candidate
from etl.geocode.rows import PlacedRow


class NoSuchPlace(WrongUse):
    """A row that does not wait for a place, or a place that it does not have."""


class PlaceShown(BaseModel):
    """A place that a row may have."""

    label: str
    precision: str
    radius_m: float
    lon: float
    lat: float


class RowShown(BaseModel):
    """A row with its address, and its places, the likeliest first."""

    row_number: int
    address: str
    sure: bool
    places: list[PlaceShown]


# A position by longitude and latitude, or the number of one of the places of the row, from 1.
type ChosenPlace = tuple[float, float] | int


def keep_placed(db: Connection, delivery: int, rows: list[PlacedRow], locality: Locality) -> None:
    """Writes the rows of a delivery in the caller's transaction, in place of those of an earlier check of it."""
    with db.cursor() as cursor:
        cursor.execute('delete from catalog.placed_row where delivery_id = %s', [delivery])
        values = [(delivery, row.row, row.answer.address, row.sure, json.dumps(_places(row, locality))) for row in rows]
        query = 'insert into catalog.placed_row (delivery_id, row_number, address, sure, places) values %s'
        execute_values(cursor, query, values)


def placed_rows(delivery: int, *, unsure_only: bool = True) -> list[RowShown]:
    """The rows of a delivery that were placed by address, in the order of the file."""
    query = """select row_number, address, sure, places from catalog.placed_row
        where delivery_id = %s and (not sure or not %s) order by row_number"""
    with connection('loader') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, [delivery, unsure_only])
        return [RowShown.model_validate(dict(row)) for row in cursor.fetchall()]


def spots(delivery: int, chosen: Mapping[int, ChosenPlace], by: str) -> dict[int, Spot]:
    """Where a person says that rows are, by their numbers.

    Raises NoSuchPlace where a row was not placed by address, or has no such place.
    """
    rows = {row.row_number: row for row in placed_rows(delivery, unsure_only=False)} if chosen else {}
    return {number: _spot(_row(rows, number), place, by) for number, place in chosen.items()}


def _row(rows: Mapping[int, RowShown], number: int) -> RowShown:
    if number not in rows:
        waiting = ', '.join(str(row.row_number) for row in rows.values() if not row.sure) or '–'
        raise NoSuchPlace(
            vi=f'Hàng {number} không được định vị theo địa chỉ. Các hàng đang chờ: {waiting}.',
            en=f'Row {number} was not placed by its address. Rows that wait: {waiting}.',
        )
    return rows[number]


def _spot(row: RowShown, place: ChosenPlace, by: str) -> Spot:
    """A position as it is said; a place of the list is no more precise than it is in the list."""
    if isinstance(place, tuple):
        return Spot(lon=place[0], lat=place[1], by=by)
    if not 1 <= place <= len(row.places):
        raise NoSuchPlace(
            vi=f'Hàng {row.row_number} có {len(row.places)} nơi để chọn, không có nơi số {place}.',
            en=f'Row {row.row_number} has {len(row.places)} places to choose from, and none is number {place}.',
        )
    listed = row.places[place - 1]
    return Spot(lon=listed.lon, lat=listed.lat, radius_m=listed.radius_m, by=by)


def _places(row: PlacedRow, locality: Locality) -> list[dict[str, Any]]:
    candidates = [place for place in (row.answer.place, *row.answer.rivals) if place]
    change = transformer(proj_string(locality.srid), proj_string(WGS84))
    return [_place(candidate, *change.transform(*candidate.point)) for candidate in candidates]


def _place(candidate: Candidate, lon: float, lat: float) -> dict[str, Any]:
    return {
        'label': candidate.label,
        'precision': candidate.precision,
        'radius_m': round(candidate.radius_m),
        'lon': round(lon, 7),
        'lat': round(lat, 7),
    }
