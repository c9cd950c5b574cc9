"""A delivery's receipt: the page and the file of its rows, written together."""

from pathlib import Path

from pydantic import BaseModel

from dothi.core.access.person import Person
from dothi.core.database import Role, connection
from dothi.core.locality import Locality
from dothi.core.text import Lang
from etl.desk.records import shown
from etl.desk.sight import shown_for, shown_in_a_folder
from etl.receipt.bad_rows import write_bad_rows
from etl.receipt.kept_rows import kept_rows
from etl.receipt.page import page
from etl.report.place import put_on_map


class Receipt(BaseModel):
    """The files of a delivery's receipt. rows: None where every row is good."""

    delivery: int
    html: Path
    rows: Path | None


def receipt_page(number: int, seen: Locality, reader: Person | None, role: Role = 'loader', lang: Lang = 'vi') -> str:
    """The page of a delivery's receipt by itself. Raises NoSuchDelivery.

    seen: the locality as `reader` sees it. role: of the database. lang: the language that it shows first.
    """
    locality, delivery = seen.whole, shown_for(shown(number, role), seen, reader)
    with connection(role) as db:
        rows = kept_rows(db, number, locality.srid)
    put_on_map(delivery, locality, 'reader_internal' if role == 'gatekeeper' else role)
    return page(delivery, locality, rows, rows_file(number) if rows else None, lang)


def rows_file(number: int) -> str:
    """What the file with the bad rows of a delivery is called, wherever it is had."""
    return f'hang-loi-{number}.gpkg'


def write_receipt(number: int, folder: Path, locality: Locality) -> Receipt:
    """Writes `phieu-<number>.html` and, where rows have faults, `hang-loi-<number>.gpkg` into `folder`.

    Raises NoSuchDelivery.
    """
    delivery = shown_in_a_folder(shown(number), locality)
    with connection('loader') as db:
        rows = kept_rows(db, number, locality.srid)
    put_on_map(delivery, locality)
    folder.mkdir(parents=True, exist_ok=True)
    html, gpkg = folder / f'phieu-{number}.html', folder / rows_file(number)
    gpkg.unlink(missing_ok=True)
    if rows:
        write_bad_rows(gpkg, rows, locality.srid)
    html.write_text(page(delivery, locality, rows, gpkg.name if rows else None), encoding='utf-8')
    return Receipt(delivery=number, html=html, rows=gpkg if rows else None)
