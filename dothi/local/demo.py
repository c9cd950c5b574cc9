"""The demonstration province, delivered as any agency delivers."""

import hashlib
from typing import TYPE_CHECKING, Literal

from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings
from etl.desk.options import DeliveryOptions
from etl.report.model import Report

if TYPE_CHECKING:
    from demo.sent import DemoFile
    from dothi.core.locality import Locality

DemoSize = Literal['small', 'full', 'no']


def demo_buildings(size: Literal['small', 'full']) -> int:
    """How many buildings the demo of this size has."""
    from demo.write import SIZES

    return SIZES[size]


def deliver_demo(locality: 'Locality', buildings: int, progress: Progress = silent) -> list[Report]:
    """Reports of the demo's files that were delivered now; those delivered before are left out."""
    from demo.write import write_demo
    from etl.desk.deliver import deliver

    folder = PathSettings().state / 'demo' / str(buildings)
    files = write_demo(folder, locality_path=locality.path, buildings=buildings, progress=progress)
    waiting = [file for file in files if not _delivered(file)]
    reports = []
    for done, file in enumerate(waiting):
        progress(f'deliver {file.layer}', done, len(waiting))
        reports.append(deliver(file.path, demo_options(file), locality))
    progress('deliver', len(waiting), len(waiting))
    return reports


def demo_options(file: 'DemoFile') -> DeliveryOptions:
    """How a file of the demo is delivered."""
    return DeliveryOptions(
        layer=file.layer,
        scope=file.scope,
        mode=file.mode,
        crs=file.crs,
        encoding=file.encoding,
        as_of=file.as_of,
        agency=file.agency,
        accept_loss=file.accept_loss,
        origin='demo',
    )


def _delivered(file: 'DemoFile') -> bool:
    """Whether this very file was dealt with before, or waits for a person, whatever has replaced it since."""
    from dothi.core.database import connection

    digest = hashlib.sha256(file.path.read_bytes()).hexdigest()
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """select 1 from catalog.delivery where sha256 = %s and layer_id = %s and scope = %s
               and status not in ('received', 'failed') limit 1""",
            [digest, file.layer, file.scope],
        )
        return cursor.fetchone() is not None
