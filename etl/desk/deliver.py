"""One delivery from a file to a release, or to a report that says why not."""

from pathlib import Path

from dothi.core.coverage import Coverage
from dothi.core.database import connection
from dothi.core.database_locality import require_same_locality
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from etl import loading
from etl.closed_room.fork_server import warm_up
from etl.coverage import delivery as raster
from etl.coverage.file import must_be_whole
from etl.desk.course import Course, carry, check
from etl.desk.delivery import Delivery, must_be_known
from etl.desk.fingerprint import fingerprint
from etl.desk.options import DeliveryOptions
from etl.formats.file_parts import must_exist
from etl.formats.item import Item
from etl.formats.references import must_be_closed
from etl.report.model import Report

ROWS: Course[Layer] = Course(fingerprint, loading.load)
CELLS: Course[Coverage] = Course(raster.fingerprint, raster.load)


def deliver(
    file: Path,
    options: DeliveryOptions,
    locality: Locality,
    progress: Progress = silent,
    program: str = 'dothi deliver',
) -> Report:
    """The report of the delivery; with `dry_run` nothing is released, recorded or kept.

    program: what the log says by which way the file came.

    Raises UnknownLayer, UnknownAgency, NoSuchFile, InUse, NoDatabase, OtherLocality, and a DataRefused for a file that
    cannot be read as the layer.
    Faults of rows are no errors: they are in the report, and its verdict says what they led to.
    """
    # the reader's libraries are imported while the database is asked
    warm_up()
    described = locality.described(options.layer)
    must_be_known(options.agency, locality)
    must_exist(file)
    # before its hash is taken, which may be that of an earlier delivery
    must_be_closed(Item(file))
    if not options.dry_run:
        with connection('loader') as db:
            require_same_locality(db, locality)
    if isinstance(described, Coverage):
        must_be_whole(options.scope, options.mode, options.encoding)
        return _go(Delivery(file, described, options, locality, progress, program=program), CELLS)
    return _go(Delivery(file, described, options, locality, progress, program=program), ROWS)


def _go[L: (Layer, Coverage)](delivery: Delivery[L], course: Course[L]) -> Report:
    return check(delivery, course) if delivery.options.dry_run else carry(delivery, course)
