"""The demonstration province, delivered as any agency delivers."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from dothi.core.clock import local_minute
from dothi.core.database import connection
from dothi.core.errors import DataRefused, HeldForDecision, WrongUse
from dothi.core.locality import locality_zone
from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from etl.desk.options import DeliveryOptions
from etl.report.model import Report

if TYPE_CHECKING:
    from demo.sent import DemoFile
    from dothi.core.locality import Locality

DemoSize = Literal['small', 'full', 'no']


class DemonstrationLeft(WrongUse):
    """The demo is to be loaded into an instance that has left it."""


def size_to_load(wanted: DemoSize | None) -> DemoSize:
    """The size of the demo to load. wanted: None where nobody named one. Raises DemonstrationLeft."""
    left_at = left_since()
    if left_at is None:
        return wanted or 'small'
    if wanted in {None, 'no'}:
        return 'no'
    text = left_text(left_at)
    raise DemonstrationLeft(
        vi=f'{text.vi} Không có --demo {wanted}: dothi up. Tỉnh minh họa cần thư mục trạng thái riêng: DOTHI_STATE.',
        en=f'{text.en} Leave out --demo {wanted}: dothi up. A demo needs a state folder of its own: DOTHI_STATE.',
    )


def left_since() -> datetime | None:
    """Since when the instance is without the demonstration; None where it was never left."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select left_at from catalog.demonstration_end')
        row = cursor.fetchone()
    return row[0] if row else None


def unnoticed_end() -> datetime | None:
    """The same, for the first to ask; None for all others."""
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('update catalog.demonstration_end set noticed = true where not noticed returning left_at')
        row = cursor.fetchone()
    return row[0] if row else None


def left_text(left_at: datetime) -> Text:
    """The sentence that says why no demo is loaded."""
    at = local_minute(left_at, locality_zone())
    return Text(
        vi=f'Dữ liệu minh họa đã được bỏ lúc {at} và không được nạp lại.',
        en=f'The demonstration was left at {at} and is not loaded again.',
    )


def demo_buildings(size: Literal['small', 'full']) -> int:
    """How many buildings the demo of this size has."""
    from demo.write import SIZES

    return SIZES[size]


def deliver_demo(locality: 'Locality', buildings: int, progress: Progress = silent) -> list[Report]:
    """Reports of the demo's files that were delivered now.

    Those delivered before are left out, and those of layers that the demonstration has left.
    """
    from demo.write import write_demo

    if left_since() is not None:
        return []
    folder = PathSettings().state / 'demo' / str(buildings)
    files = write_demo(folder, locality_path=locality.path, buildings=buildings, progress=progress)
    left_layers = _left_layers()
    waiting = [file for file in files if file.layer not in left_layers and not _delivered(file)]
    reports = []
    for done, file in enumerate(waiting):
        progress(f'deliver {file.layer}', done, len(waiting))
        reports.append(_deliver(file, locality))
    return reports


def _deliver(file: 'DemoFile', locality: 'Locality') -> Report:
    """The report of one file; a layer that cannot take it keeps no other from its data."""
    from etl.demonstration.refused import refused_report
    from etl.desk.deliver import deliver

    try:
        return deliver(file.path, demo_options(file), locality)
    except (DataRefused, HeldForDecision) as error:
        return refused_report(file.layer, file.path.name, error)


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


def _left_layers() -> set[str]:
    """The layers in which demonstration data has no place any more."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select id from catalog.layer where demo_left_at is not null')
        return {name for (name,) in cursor.fetchall()}


def _delivered(file: 'DemoFile') -> bool:
    """Whether this very file was dealt with before, or waits for a person, whatever has replaced it since."""
    digest = hashlib.sha256(file.path.read_bytes()).hexdigest()
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """select 1 from catalog.delivery where sha256 = %s and layer_id = %s and scope = %s
               and status not in ('received', 'failed') limit 1""",
            [digest, file.layer, file.scope],
        )
        return cursor.fetchone() is not None
