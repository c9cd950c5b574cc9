"""Options and arguments that several commands take."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dothi.core.errors import WrongUse

if TYPE_CHECKING:
    from etl.desk.letter import Letter

Json = Annotated[
    bool,
    typer.Option(
        '--json',
        help='Một tài liệu JSON ở đầu ra chuẩn, và không có gì khác ở đó. · '
        'One JSON document on standard output, and nothing else there.',
    ),
]
File = Annotated[
    Path,
    typer.Argument(
        help="Tệp của cơ quan: .zip .shp .gpkg .csv .tab .tif … · The agency's file: .zip .shp .gpkg .csv .tab .tif …"
    ),
]
LayerId = Annotated[
    str, typer.Option('--layer', '-l', help='Mã lớp, chẳng hạn schools. · Layer id, for example schools.')
]
Crs = Annotated[
    str | None,
    typer.Option(
        help='Hệ tọa độ của tệp khi tệp không nói: EPSG:9209. · CRS of the file where it says none: EPSG:9209.'
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        help='Bảng mã chữ của tệp hoặc của một cột: utf-8, tcvn3, vni, viscii, cp1258; TEN=tcvn3,DIA_CHI=vni. · '
        'Text encoding of the file or of a column: utf-8, tcvn3, vni, viscii, cp1258; TEN=tcvn3,DIA_CHI=vni.'
    ),
]
SourceLayer = Annotated[
    str | None,
    typer.Option(
        '--source-layer',
        help='Lớp, trang hoặc thư mục nào của một tệp có nhiều; "*": tất cả như một bảng. · '
        'Which layer, sheet or folder of a file that holds several; "*": all as one table.',
    ),
]
Scope = Annotated[
    str, typer.Option(help='Phạm vi mà tệp nói đến: all, hoặc unit=366. · What the file speaks for: all, or unit=366.')
]
Mode = Annotated[
    Literal['replace', 'upsert'],
    typer.Option(
        help='replace bỏ những gì tệp không còn có, upsert chỉ thêm và sửa · '
        'replace closes what the file no longer has, upsert only adds and changes.'
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=['%Y-%m-%d', '%d/%m/%Y'],
        metavar='YYYY-MM-DD',
        help='Ngày mà dữ liệu phản ánh; viết 31/08/2024 cũng được. · The day the data is of; 31/08/2024 will do too.',
    ),
]
DryRun = Annotated[bool, typer.Option('--dry-run', help='Làm tất cả trừ phát hành. · Does all but release.')]
AcceptLoss = Annotated[
    bool,
    typer.Option(
        '--accept-loss',
        help='Phát hành dù số hàng bị bỏ hoặc dời vượt ngưỡng của lớp. · '
        'Releases although more rows go or move than the layer allows.',
    ),
]
Note = Annotated[str | None, typer.Option(help='Ghi chú, lưu cùng đợt giao. · A note that is kept with the delivery.')]
LetterNumber = Annotated[
    str | None,
    typer.Option(
        '--letter', metavar='SỐ · NUMBER', help='Số công văn, chẳng hạn 123/SXD-QLN. · Number of the official letter.'
    ),
]
LetterDate = Annotated[
    datetime | None,
    typer.Option(
        '--letter-date',
        formats=['%Y-%m-%d', '%d/%m/%Y'],
        metavar='YYYY-MM-DD',
        help='Ngày công văn; bỏ trống là hôm nay. · Day of the letter; today when left out.',
    ),
]
LetterSignatory = Annotated[
    str | None, typer.Option('--letter-by', help='Chức vụ người ký công văn. · Role of who signed the letter.')
]
LetterFile = Annotated[
    Path | None,
    typer.Option('--letter-file', help='Tệp công văn, lưu cùng bản gốc. · File of the letter, kept with the original.'),
]
Agency = Annotated[
    str | None, typer.Option(help='Cơ quan gửi, theo mã trong agencies.yml. · Who sends it, an id of agencies.yml.')
]
Sender = Annotated[
    str | None,
    typer.Option(help='Vai trò người gửi, không phải tên người. · Role of whoever hands it over, never a name.'),
]
Html = Annotated[
    Path | None, typer.Option(help='Ghi thêm báo cáo thành một trang HTML. · Also writes the report as one HTML page.')
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        '--column',
        metavar='CỘT=TÊN · SOURCE=NAME',
        help='Cột của tệp là cột nào của lớp: TEN_GOI=name; lặp lại được, và được nhớ cho cơ quan. · '
        "Which of the layer's columns one of the file is: TEN_GOI=name; repeatable, and remembered for the agency.",
    ),
]


def letter_of(number: str | None, dated: datetime | None, signatory: str | None, file: Path | None) -> 'Letter | None':
    """The official letter, its file in the store; None without a number. Raises WrongUse for one without a number."""
    if number is None:
        if dated or signatory or file:
            raise WrongUse(
                vi='Công văn cần có số: thêm --letter SỐ.', en='A letter needs its number: add --letter NUMBER.'
            )
        return None
    from dothi.core.clock import today
    from dothi.core.locality import locality_zone
    from etl.desk.letter import Letter, one_line

    now = today(locality_zone())
    if dated and dated.date() > now:
        raise WrongUse(
            vi=f'--letter-date {dated:%d/%m/%Y}: ngày của công văn còn ở phía trước.',
            en=f'--letter-date {dated:%Y-%m-%d}: the day of the letter is still to come.',
        )
    try:
        letter = Letter(number=number, dated=dated.date() if dated else now, signatory=signatory)
        one_line(f'{number}{signatory or ""}')
    except ValueError:
        raise WrongUse(
            vi=f'--letter "{number}": số công văn có 1 đến 60 ký tự trên một dòng, --letter-by nhiều nhất 200.',
            en=f'--letter "{number}": the number has 1 to 60 characters in one line, --letter-by at most 200.',
        ) from None
    return letter.kept(file)


def pairs(texts: list[str] | None) -> dict[str, str]:
    """The file's name of a column to the layer's; raises WrongUse for what is no such pair."""
    layer_columns: dict[str, str] = {}
    for text in texts or []:
        source, separator, name = text.rpartition('=')
        if not separator or not source.strip() or not name.strip():
            raise WrongUse(
                vi=f'--column {text}: viết là CỘT=TÊN, chẳng hạn --column TEN_GOI=name.',
                en=f'--column {text}: write SOURCE=NAME, such as --column TEN_GOI=name.',
            )
        layer_columns[source.strip()] = name.strip()
    return layer_columns
