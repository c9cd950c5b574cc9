"""Pages at a deep `offset`, without walking past all the features before them."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg2 import sql

from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.items.query import Query
from dothi.core.catalog import Release

# So many features at most are walked past, each in 0.2 µs; a milestone per so many is kept for each release that is
# asked for.
STEP = 100
# So many features are counted by one statement, a multiple of STEP.
PART = 1_000_000


@dataclass(frozen=True)
class Milestones:
    """The ids of every `step`-th feature of a release; of each one where they follow one another."""

    release: Release
    step: int
    ids: Sequence[int]


def is_deep(query: Query) -> bool:
    """Whether the page begins so far from its first feature that milestones help to find it."""
    return query.is_plain and query.after is None and query.offset >= STEP


def remembered_milestones(query: Query) -> Milestones | None:
    """The milestones of the layer that were last asked for, of whichever release."""
    milestones: Milestones | None = service().milestones.get(query.layer.id)
    return milestones


def read_milestones(db: Snapshot, query: Query, release: Release) -> Milestones:
    """The milestones of the release that `db` shows, read where they are not remembered."""
    milestones = remembered_milestones(query)
    if milestones is None or milestones.release != release:
        milestones = _read_milestones(db, query, release)
        service().milestones.keep(query.layer.id, milestones)
    return milestones


def begin_nearby(query: Query, milestones: Milestones) -> Query:
    """A deep `query` as one that begins at a known feature shortly before its page.

    At 590,000 of 600,000 buildings the plain offset takes 60 ms, and this 0.2 ms.
    """
    passed = min(query.offset // milestones.step, len(milestones.ids))
    if not passed:
        return query
    return replace(query, after=(str(milestones.ids[passed - 1]),), offset=query.offset - passed * milestones.step)


def _read_milestones(db: Snapshot, query: Query, release: Release) -> Milestones:
    ((first, last),) = db.rows(sql.SQL('select min(id), max(id) from {} as f').format(query.rows))
    if first is None:
        return Milestones(release, STEP, ())
    if last - first + 1 == release.rows_total:
        # without a gap, as ids are after a first delivery
        return Milestones(release, 1, range(first, last + 1))
    ids = array('q')
    while part := _read_part(db, query, ids[-1] if ids else first - 1):
        ids.extend(part)
    return Milestones(release, STEP, ids)


def _read_part(db: Snapshot, query: Query, behind: int) -> list[int]:
    """The next of them behind that id: few enough for the time limit of a statement, however large the layer."""
    form = """select id from (
            select id, row_number() over (order by id) as place from {} as f where id > {} order by id limit {}
        ) as numbered where place % {} = 0 order by id"""
    numbers = map(sql.Literal, (behind, PART, STEP))
    return [row[0] for row in db.rows(sql.SQL(form).format(query.rows, *numbers))]
