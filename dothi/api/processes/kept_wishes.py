"""How a job's results were wanted, kept until somebody comes for them."""

from psycopg2.extras import Json

from dothi.api.editing.access import editor
from dothi.api.processes.body import Wanted
from dothi.api.service import service
from processes.queue.requests import desk, rows


def keep_wishes(job_id: str, wanted: Wanted, sender: str | None) -> None:
    """Notes which outputs of the job are wanted, and how."""
    with desk(service().audience, sender) as db:
        rows(db, 'select job.keep_wishes(%s, %s)', [job_id, Json(vars(wanted))])


def kept_wishes(job_id: str) -> Wanted | None:
    """What was noted of the job; None where nothing was, as of a job from before."""
    with desk(service().audience, editor()) as db:
        ((row),) = rows(db, 'select job.wishes(%s) as wishes', [job_id])
    return Wanted(**row['wishes']) if row['wishes'] else None
