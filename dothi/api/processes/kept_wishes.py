"""How a job's results were wanted, kept until somebody comes for them."""

from psycopg2.extras import Json

from dothi.api.access.identity import current_editor
from dothi.api.http.service import service
from dothi.api.processes.body import ResultWishes
from processes.queue.records import fetch_rows, open_desk


def keep_wishes(job_id: str, wishes: ResultWishes, sender: str | None) -> None:
    """Store which outputs of the job the client wants, and how."""
    with open_desk(service().audience, sender, current_editor()) as db:
        fetch_rows(db, 'select job.keep_wishes(%s, %s)', [job_id, Json(vars(wishes))])


def kept_wishes(job_id: str) -> ResultWishes | None:
    """What was noted of the job; None where nothing was, as of a job from before."""
    with open_desk(service().audience, current_editor()) as db:
        ((row),) = fetch_rows(db, 'select job.wishes(%s) as wishes', [job_id])
    return ResultWishes(**row['wishes']) if row['wishes'] else None
