"""The one course of every delivery, of rows or of a raster: recorded, archived, loaded, closed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from etl.desk import archive, deliveries, held
from etl.desk.delivery import Delivery
from etl.release import current_release
from etl.report.model import Report


@dataclass(frozen=True)
class Course[L: (Layer, Coverage)]:
    """What is different for layers and for coverages.

    fingerprint: a hash of all that the outcome depends on, but for what the layer holds; of the delivery and the hash
    of its original. load: the report of a delivery that was checked, compared and, if nothing speaks against it,
    released in the caller's transaction; of the delivery and its fingerprint.
    """

    fingerprint: Callable[[Connection, Delivery[L], str], str]
    load: Callable[[Connection, Delivery[L], str | None], Report]


def check[L: (Layer, Coverage)](delivery: Delivery[L], course: Course[L]) -> Report:
    """Does all that a delivery does, and takes it back."""
    with deliveries.loader_session() as db:
        report = run(db, delivery, course, None)
        db.rollback()
    report.dry_run = True
    return report


def carry[L: (Layer, Coverage)](delivery: Delivery[L], course: Course[L]) -> Report:
    """Records, archives and loads: the last in one transaction, which a death at any point takes back."""
    with deliveries.loader_session(delivery.program) as db:
        deliveries.clear_debris(db)
        delivery.progress('archive', 0, 1)
        original = archive.original(delivery.file)
        number = deliveries.receive(db, delivery.layer, original, delivery.options, delivery.locality)
        numbered = replace(delivery, number=number)
        with deliveries.recorded(db, numbered):
            archive.keep(original, number)
            delivery.progress('archive', 1, 1)
            same = course.fingerprint(db, numbered, original.sha256)
            before = deliveries.accepted_before(db, delivery.layer, same)
            if before is not None:
                report = deliveries.again(delivery.file.name, number, before)
            else:
                report = run(db, numbered, course, same)
            deliveries.finish(db, number, report)
            db.commit()
            return report


def run[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L], course: Course[L], same: str | None) -> Report:
    """The report of the loading, with how to go on; nothing is committed, and the record is still open."""
    report = course.load(db, delivery, same)
    if report.unchanged:
        report.release = current_release(db, delivery.layer)
    if report.held:
        number, why = delivery.number, report.held
        report.notes.append(held.how_to_insist(why) if number is None else held.how_to_decide(number, why))
    delivery.progress('finish', 0, None)
    return report
