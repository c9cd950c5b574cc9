"""`dothi geocode` and `dothi places`: where addresses are, and the rows of a delivery that wait for their place."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.text import Text as Line

from dothi.cli import output
from dothi.cli.messages import err
from dothi.cli.options import Json
from dothi.core.access.signing import claim_everything
from dothi.core.database import READERS, connection
from dothi.core.errors import WrongUse
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text, pick_words
from etl.desk.place_doubts import points_outside_named_units
from etl.desk.placed_rows import ChosenPlace, RowShown, placed_rows
from etl.desk.places_file import read_places, write_places
from etl.desk.records import record
from etl.geocode.geocode import geocode as place_addresses
from etl.geocode.result import PRECISIONS, Candidate, GeocodedAddress
from etl.pages import must_be_writable

NUMBER = r'-?\d{1,3}(?:\.\d+)?'
PLACE = re.compile(rf'(?P<row>\d+)=(?:(?P<number>\d{{1,2}})|(?P<lon>{NUMBER}),(?P<lat>{NUMBER}))')
EAST_MOST, NORTH_MOST = 180, 90
PointsConfirmed = Annotated[
    bool,
    typer.Option(
        '--yes',
        help='Nhận cả điểm nằm ngoài đơn vị mà địa chỉ nêu, không hỏi lại. · '
        'Take points outside a unit that their address names, too, and do not ask.',
    ),
]


class PointsNotConfirmed(WrongUse):
    """Somebody was to confirm points that their addresses speak against, and did not."""


class Geocoded(BaseModel):
    """Addresses with their places, which are in the locality's working CRS."""

    crs: str
    addresses: list[GeocodedAddress]


class PlacedRows(BaseModel):
    """Rows of a delivery that were placed by their address."""

    delivery: int
    rows: list[RowShown]


def geocode(
    address: Annotated[
        list[str],
        typer.Argument(help='Địa chỉ; "-": mỗi dòng một địa chỉ từ đầu vào chuẩn. · "-": from standard input.'),
    ],
    as_json: Json = False,
) -> None:
    """Định vị địa chỉ: nơi khớp nhất, độ chính xác, có chắc không và vì sao. ·
    Places addresses: the best match, its precision, whether it is sure and why.
    """
    addresses = [line.rstrip('\n') for line in sys.stdin] if address == ['-'] else address
    locality = served_locality()
    claim_everything(locality)
    with output.progress() as progress, connection(READERS['internal']) as db:
        answers = place_addresses(db, locality, addresses, progress=progress)
    output.document(Geocoded(crs=locality.place.crs, addresses=answers), as_json, lambda shown: _table(shown.addresses))


def places(
    number: Annotated[int, typer.Argument(help='Số của đợt giao · Number of the delivery.', min=1, max=2**31 - 1)],
    every: Annotated[
        bool, typer.Option('--all', help='Cả những hàng chắc chắn. · Also the rows that are sure.')
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            '--output',
            help='Ghi thành GeoPackage để dời điểm trong QGIS, rồi trả lại bằng `accept --places`. · '
            'Writes a GeoPackage, whose points are moved in QGIS and given back to `accept --places`.',
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Những hàng của một đợt giao chờ biết ở đâu, và các nơi để chọn cho `accept --place`. ·
    The rows of a delivery that wait for their place, and the places to choose from for `accept --place`.
    """
    record(number)
    shown = PlacedRows(delivery=number, rows=placed_rows(number, unsure_only=not every))
    if file:
        must_be_writable(file, '--output')
        write_places(file, shown.rows)
    output.document(shown, as_json, lambda document: _row_table(document.rows))


def places_of(texts: list[str] | None, file: Path | None, delivery: int) -> dict[int, ChosenPlace]:
    """What `--places` and `--place` say: by row, a place of its list, or a longitude and latitude.

    Raises WrongUse for other texts and where a row has two places, NoPlacesFile for other files.
    """
    chosen = read_places(file, placed_rows(delivery, unsure_only=False)) if file else {}
    for text in texts or []:
        match = PLACE.fullmatch(text.replace(' ', ''))
        if match is None or not _is_on_earth(match):
            raise WrongUse(
                vi=f'--place {text}: viết là HÀNG=SỐ hoặc HÀNG=KINH_ĐỘ,VĨ_ĐỘ, chẳng hạn 7=2 hoặc 7=106.17,20.42.',
                en=f'--place {text}: write ROW=NUMBER or ROW=LON,LAT, such as 7=2 or 7=106.17,20.42.',
            )
        row, number = int(match['row']), match['number']
        place = int(number) if number else (float(match['lon']), float(match['lat']))
        if chosen.setdefault(row, place) != place:
            raise WrongUse(
                vi=f'--place: hàng {row} có hai nơi khác nhau. Chỉ nêu một nơi cho mỗi hàng.',
                en=f'--place: row {row} has two different places. Name one place for each row.',
            )
    return chosen


def confirm_points(chosen: dict[int, ChosenPlace], delivery: int, *, yes: bool) -> None:
    """Says which points lie outside a unit that their address names, and asks whether they are meant.

    yes: whether they are, without asking. Raises PointsNotConfirmed.
    """
    doubts = points_outside_named_units(delivery, chosen, served_locality())
    for doubt in doubts:
        err.print(Line(pick_text(doubt)), style='yellow')
    if not doubts or yes:
        return
    if not sys.stdin.isatty():
        raise PointsNotConfirmed(
            vi=f'{len(doubts)} điểm nằm ngoài đơn vị mà địa chỉ nêu. Kiểm tra lại kinh độ, vĩ độ; '
            'nếu đúng thì thêm --yes.',
            en=f'{len(doubts)} points lie outside a unit that their address names. Check longitude and latitude; '
            'where they are right, add --yes.',
        )
    if not typer.confirm(pick_words('Vẫn nhận các điểm này?', 'Take these points?'), err=True):
        raise PointsNotConfirmed(vi='Không có gì thay đổi.', en='Nothing was changed.')


def _is_on_earth(match: re.Match[str]) -> bool:
    return bool(match['number']) or (abs(float(match['lon'])) <= EAST_MOST and abs(float(match['lat'])) <= NORTH_MOST)


def _table(answers: list[GeocodedAddress]) -> None:
    headers = (
        pick_words('Địa chỉ', 'address'),
        pick_words('Nơi khớp nhất', 'best match'),
        pick_words('Chính xác', 'precision'),
        pick_words('Chắc chắn', 'sure'),
        pick_words('Bằng chứng, nơi khác', 'evidence, other places'),
    )
    table = output.plain_table(*headers)
    for answer in answers:
        sure = pick_words('có', 'yes') if answer.sure else pick_words('chưa', 'no')
        notes = [*map(pick_text, answer.evidence), *(rival.label for rival in answer.rivals)]
        table.add_row(*map(Line, (answer.address, *_place(answer.place), sure, '\n'.join(notes))))
    output.out.print(table)


def _place(place: Candidate | None) -> tuple[str, str]:
    if place is None:
        return '–', '–'
    x, y = place.point
    return f'{place.label}\n{x:.0f} {y:.0f}', f'{pick_text(PRECISIONS[place.precision])}, {place.radius_m:.0f} m'


def _row_table(rows: list[RowShown]) -> None:
    if not rows:
        output.out.print(pick_words('Không hàng nào chờ biết ở đâu', 'no row waits for its place'))
        return
    headers = (
        pick_words('Hàng', 'row'),
        pick_words('Địa chỉ', 'address'),
        pick_words('Các nơi để chọn', 'places to choose from'),
    )
    table = output.plain_table(*headers)
    for row in rows:
        named = [
            f'{number}. {place.label} ({place.lon:.5f}, {place.lat:.5f}; {place.radius_m:.0f} m)'
            for number, place in enumerate(row.places, start=1)
        ]
        table.add_row(*map(Line, (str(row.row_number), row.address, '\n'.join(named) or '–')))
    output.out.print(table)
