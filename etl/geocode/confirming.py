"""Places that a person has chosen for addresses, in place of what is reckoned or before it."""

from collections.abc import Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from dothi.core.text import Text
from etl.geocode.corrections import Correction, Spot, address_key, corrections
from etl.geocode.gazetteer import Gazetteer
from etl.geocode.ground import Ground
from etl.geocode.result import Candidate, GeocodedAddress

CONFIRMED = Text(vi='Vị trí đã được người xác nhận.', en='The place was confirmed by a person.')
CONFIRMED_FOR_ANOTHER = Text(
    vi='Vị trí này được xác nhận cho một hàng khác có cùng địa chỉ.',
    en='This place was confirmed for another row with the same address.',
)


def with_corrections(
    db: Connection,
    gazetteer: Gazetteer,
    answers: Sequence[GeocodedAddress],
    features: Sequence[str],
    houses: Sequence[bool],
) -> list[GeocodedAddress]:
    """The answers, with the places that were chosen for their addresses.

    A place counts for the row for which it was chosen, and for every other where the address names a house (`houses`):
    two schools may both be in "xóm 5". Else it comes first among the places that it may be.
    """
    keys = [address_key(answer.address) for answer in answers]
    by_key = corrections(db, {key for key in keys if key})
    latest = {
        at: _latest(by_key[key], feature)
        for at, (key, feature) in enumerate(zip(keys, features, strict=True))
        if key in by_key
    }
    places = spot_candidates(
        db, gazetteer, {at: (answers[at].address, correction.spot) for at, correction in latest.items()}
    )
    sure = {
        at
        for at, correction in latest.items()
        if houses[at] or (correction.feature and correction.feature == features[at])
    }
    return [
        answer if at not in places else confirmed(answer, places[at]) if at in sure else _proposed(answer, places[at])
        for at, answer in enumerate(answers)
    ]


def confirmed(answer: GeocodedAddress, place: Candidate) -> GeocodedAddress:
    """The answer with the place that a person has chosen."""
    return GeocodedAddress(address=answer.address, sure=True, place=place, evidence=[CONFIRMED])


def spot_candidates(
    db: Connection, gazetteer: Gazetteer, spots: Mapping[int, tuple[str, Spot]]
) -> dict[int, Candidate]:
    """The spots as places in the working CRS, labelled by their addresses, with the communes that they lie in."""
    ground = Ground(db, gazetteer.locality, gazetteer.audience, gazetteer.on)
    query = sql.SQL("""
        select spot.i, st_x(p), st_y(p),
            (select code from {communes} as commune where st_intersects(p, commune.geom) limit 1)
        from (values %s) as spot (i, lon, lat)
        cross join lateral st_transform(st_setsrid(st_makepoint(spot.lon, spot.lat), 4326), {srid}) as p
    """).format(communes=ground.commune_rows, srid=sql.Literal(gazetteer.locality.srid))
    values = [(at, spot.lon, spot.lat) for at, (_, spot) in spots.items()]
    with db.cursor() as cursor:
        rows = execute_values(cursor, query, values, fetch=True) if values else []
    return {at: _candidate(*spots[at], (x, y), commune) for at, x, y, commune in rows}


def _latest(candidates: Sequence[Correction], feature: str) -> Correction:
    """The one that was made last for the row, else for any row."""
    return next((made for made in candidates if feature and made.feature == feature), candidates[0])


def _proposed(answer: GeocodedAddress, place: Candidate) -> GeocodedAddress:
    others = [other for other in (answer.place, *answer.rivals) if other]
    evidence = [CONFIRMED_FOR_ANOTHER, *answer.evidence]
    return GeocodedAddress(address=answer.address, sure=False, place=place, rivals=others, evidence=evidence)


def _candidate(address: str, spot: Spot, point: tuple[float, float], commune: str | None) -> Candidate:
    return Candidate(
        label=address, precision='corrected', point=point, radius_m=spot.radius_m, commune=commune, cost=0.0
    )
