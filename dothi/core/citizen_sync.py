"""Tells the database what citizens may report: it weighs each report by these rules, whoever sends it there."""

from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.core.locality import Locality

RULES = (
    'is_open', 'layer_id', 'kinds', 'extent', 'min_characters', 'max_characters', 'photo_bytes', 'per_address',
    'per_day', 'keep_days', 'time_zone',
)  # fmt: skip


def sync_citizen_rules(db: Connection, locality: Locality) -> list[str]:
    """A line that says what became of the rules, or nothing where the database has them already.

    A locality that takes no reports any more closes what it said last; what came until then still has its term.
    """
    values = _rules_of(locality)
    with db.cursor() as cursor:
        if values is None:
            cursor.execute('update citizen.rules set is_open = false where is_open')
            return ['citizen reports: closed'] if cursor.rowcount else []
        columns, places = ', '.join(RULES), ', '.join(['%s'] * len(RULES))
        cursor.execute(
            f"""insert into citizen.rules as r ({columns}) values ({places})
                on conflict (only_row) do update set ({columns}) = ({', '.join(f'excluded.{name}' for name in RULES)})
                where r is distinct from excluded""",  # noqa: S608  # names of this module
            values,
        )
        return ['citizen reports: open'] if cursor.rowcount else []


def _rules_of(locality: Locality) -> list[Any] | None:
    """The values of RULES; None where nobody reports anything."""
    rules = locality.citizen_reporting
    if rules is None:
        return None
    kinds, west_south_east_north = [*rules.kinds_of(locality.layers[rules.layer])], [*locality.place.extent_wgs84]
    return [
        True, rules.layer, kinds, west_south_east_north, rules.min_characters, rules.max_characters,
        rules.plain_photo_bytes, rules.per_address, rules.per_day, rules.keep_days, locality.place.time_zone,
    ]  # fmt: skip
