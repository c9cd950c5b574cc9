"""Points that a person chose for rows, and that the addresses of these rows speak against."""

from collections.abc import Mapping

from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.desk.placed_rows import ChosenPlace, placed_rows
from etl.geocode.confirming import spot_candidates
from etl.geocode.corrections import Spot
from etl.geocode.elsewhere import is_outside_named_units
from etl.geocode.gazetteer import load_gazetteer
from etl.geocode.readings import Names
from etl.geocode.words import read_words


def points_outside_named_units(delivery: int, chosen: Mapping[int, ChosenPlace], locality: Locality) -> list[Text]:
    """A sentence for each point, in the order of the rows, that lies outside a unit that the row's address names.

    A place of the list is none: its commune stands in the list. A row that was not placed by its address is left to
    whoever takes the points.
    """
    rows = {row.row_number: row.address for row in placed_rows(delivery, unsure_only=False)}
    points = {number: place for number, place in sorted(chosen.items()) if isinstance(place, tuple) and number in rows}
    if not points:
        return []
    spots = {number: (rows[number], Spot(lon=lon, lat=lat, by='-')) for number, (lon, lat) in points.items()}
    with connection(READERS['internal']) as db:
        gazetteer = load_gazetteer(db, locality, 'internal')
        communes = {number: place.commune for number, place in spot_candidates(db, gazetteer, spots).items()}
    readings = Names(gazetteer).read([read_words(rows[number]) for number in points])
    return [
        _outside(number, rows[number], gazetteer.commune_names.get(communes[number] or ''))
        for number, read in zip(points, readings, strict=True)
        if is_outside_named_units(read, communes[number])
    ]


def _outside(number: int, address: str, commune: str | None) -> Text:
    return Text(
        vi=f'Hàng {number} ("{address}"): điểm này ở {commune or "ngoài mọi xã"}, không thuộc đơn vị mà địa chỉ nêu.',
        en=f'Row {number} ("{address}"): the point lies in {commune or "no commune"}, outside a unit that the address '
        'names.',
    )
