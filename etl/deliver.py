"""One delivery from a file to a release, or to a report that says why not."""

from dataclasses import replace
from pathlib import Path

from dothi.core.coverage import Coverage
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from etl import archive, deliveries
from etl.coverage import delivery as coverage_delivery
from etl.coverage.delivery import RasterDelivery
from etl.delivery import Delivery, must_be_known
from etl.fingerprint import fingerprint
from etl.formats.opening import must_exist
from etl.inspecting import inspect
from etl.loading import load
from etl.options import DeliveryOptions
from etl.report import Report


def deliver(file: Path, options: DeliveryOptions, locality: Locality, progress: Progress = silent) -> Report:
    """The report of the delivery; with `dry_run` nothing is released, recorded or kept.

    Raises UnknownLayer, UnknownAgency, NoSuchFile and NoDatabase, and a DataRefused for a file that cannot be read
    as the layer.
    Faults of rows are no errors: they are in the report, and its verdict says what they led to.
    """
    described = locality.described(options.layer)
    must_be_known(options.agency, locality)
    must_exist(file)
    if isinstance(described, Coverage):
        return coverage_delivery.deliver(RasterDelivery(file, described, options, locality, progress))
    delivery = Delivery(file, described, options, locality, progress)
    return _check(delivery) if options.dry_run else _deliver(delivery)


def _check(delivery: Delivery) -> Report:
    """Does all that a delivery does, and takes it back."""
    inspected = inspect(delivery.file, delivery.layer, delivery.options)
    with deliveries.loader_session() as db:
        report = load(db, delivery, inspected, None)
        db.rollback()
    report.dry_run = True
    return report


def _deliver(delivery: Delivery) -> Report:
    """Records, archives and loads: the last in one transaction, which a death at any point takes back."""
    with deliveries.loader_session() as db:
        deliveries.clear_debris(db)
        delivery.progress('archive', 0, 1)
        original = archive.original(delivery.file)
        number = deliveries.receive(db, delivery.layer, original, delivery.options)
        numbered = replace(delivery, number=number)
        with deliveries.recorded(db, number):
            archive.keep(original, number)
            delivery.progress('archive', 1, 1)
            same = fingerprint(db, numbered, original.sha256)
            before = deliveries.accepted_before(db, delivery.layer, same)
            if before is not None:
                return deliveries.again(db, number, file_name=delivery.file.name, before=before)
            report = load(db, numbered, inspect(delivery.file, delivery.layer, delivery.options), same)
            db.commit()
            return report
