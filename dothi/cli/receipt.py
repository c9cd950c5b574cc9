"""`dothi receipt`: what an agency's focal point gets back for a delivery."""

from pathlib import Path
from typing import Annotated

import typer

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.own_layers import served_locality
from etl.receipt.receipt import Receipt, write_receipt


def receipt(
    number: Annotated[int, typer.Argument(help='Số của đợt giao · Number of the delivery.', min=1, max=2**31 - 1)],
    folder: Annotated[Path, typer.Option(help='Thư mục sẽ ghi vào. · The folder to write to.')] = Path(),
    as_json: Json = False,
) -> None:
    """Ghi phiếu nhận dữ liệu cho đầu mối, và các hàng lỗi thành tệp cho QGIS. ·
    Writes the receipt for the focal point, and the bad rows as a file for QGIS.
    """
    output.document(write_receipt(number, folder, served_locality()), as_json, _print_receipt)


def _print_receipt(written: Receipt) -> None:
    for file in filter(None, (written.html, written.rows)):
        output.out.print(str(file), highlight=False, soft_wrap=True)
