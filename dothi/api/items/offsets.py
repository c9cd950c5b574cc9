"""Pages at a deep `offset`, without walking past all the features before them."""

from dataclasses import dataclass, replace

from psycopg2 import sql

from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.items.query import Query
from dothi.core.catalog import Release

# So many features at most are walked past; a milestone per so many is kept for each release that is asked for.
STEP = 500


@dataclass(frozen=True)
class Milestones:
    """The ids of every STEP-th feature of a release."""

    release: Release
    ids: tuple[int, ...]


def is_deep(query: Query) -> bool:
    """Whether the page begins so far from its first feature that milestones help to find it."""
    return query.is_plain and query.after is None and query.offset >= STEP


def from_remembered(query: Query) -> Query | None:
    """`from_nearby` by the milestones that were last asked for, of whichever release; None where there are none.

    Whether they are those of the page that is read, its release tells: see `are_milestones_of`.
    """
    remembered = service().milestones.get(query.layer.id)
    return None if remembered is None else _begin_at(query, remembered.ids)


def are_milestones_of(release: Release) -> bool:
    """Whether `from_remembered` goes by the milestones of this release."""
    remembered = service().milestones.get(release.layer_id)
    return remembered is not None and remembered.release == release


def from_nearby(db: Snapshot, query: Query, release: Release) -> Query:
    """`query` as one that begins at a known feature shortly before its page, where nothing but the offset tells.

    At 590,000 of 600,000 buildings the plain offset takes 60 ms, and this 0.2 ms.
    """
    if not is_deep(query):
        return query
    if not are_milestones_of(release):
        service().milestones.keep(query.layer.id, Milestones(release, _read_milestones(db, query)))
    return from_remembered(query) or query


def _begin_at(query: Query, milestones: tuple[int, ...]) -> Query:
    passed = min(query.offset // STEP, len(milestones))
    if not passed:
        return query
    return replace(query, after=(str(milestones[passed - 1]),), offset=query.offset - passed * STEP)


def _read_milestones(db: Snapshot, query: Query) -> tuple[int, ...]:
    """The ids of every STEP-th feature of the release."""
    numbered = sql.SQL('select id, row_number() over (order by id) as place from {} as f').format(query.rows)
    form = sql.SQL('select id from ({}) as n where place % {} = 0 order by id')
    return tuple(row[0] for row in db.rows(form.format(numbered, sql.Literal(STEP))))
