"""`dothi units`: administrative units of any day, where they came from, and figures re-expressed on them."""

import csv
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.table import Column, Table

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.errors import NotFound
from dothi.core.locality import Locality
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.text import Text
from dothi.core.unit_register import Kind, Step, UnitRegister, UnitVersion, unit_register

units = typer.Typer(
    invoke_without_command=True,
    help='Đơn vị hành chính của mọi ngày, trước và sau là gì, và số liệu theo chúng. · '
    'Units of any day, what they were and became, and figures by them.',
)

DAYS = ['%Y-%m-%d', '%d/%m/%Y']
Level = Annotated[
    str | None,
    typer.Option(help='Cấp đơn vị, như commune; bỏ trống là mọi cấp. · Level, such as commune; all when left out.'),
]
OneLevel = Annotated[str, typer.Option('--level', help='Cấp đơn vị, như commune. · Level, such as commune.')]
KINDS: dict[Kind, Text] = {
    'merge': Text(vi='sáp nhập', en='merge'),
    'split': Text(vi='chia tách', en='split'),
    'rename': Text(vi='đổi tên', en='rename'),
    'transfer': Text(vi='chuyển', en='transfer'),
    'continue': Text(vi='giữ nguyên', en='continue'),
    'end': Text(vi='giải thể', en='end'),
}


class UnknownLevel(NotFound):
    """The register has no units of this level."""


class Reference(BaseModel):
    """The other end of a step."""

    code: str
    name: str
    kind: Kind
    on: date
    decree: str


class UnitSteps(BaseModel):
    """One version of a unit with what it came from and what it became."""

    code: str
    level: str
    name: str
    parent_code: str
    valid_from: date
    valid_to: date | None
    population: int | None
    decree: str
    predecessors: list[Reference]
    successors: list[Reference]


class Units(BaseModel):
    """The units in force on a day, or all versions of a code."""

    date: date | None
    census: int | None
    units: list[UnitSteps]


@units.callback()
def list_(
    context: typer.Context,
    on: Annotated[
        datetime | None,
        typer.Option(
            '--date',
            formats=DAYS,
            metavar='YYYY-MM-DD',
            help='Ngày; bỏ trống là ngày tham chiếu. · Day; the reference date if left out.',
        ),
    ] = None,
    level: Level = None,
    as_json: Json = False,
) -> None:
    """Các đơn vị có hiệu lực vào một ngày, với đơn vị trước và sau. ·
    The units in force on a day, with predecessors and successors.
    """
    if context.invoked_subcommand:
        return
    locality = _locality()
    register, day = unit_register(locality), on.date() if on else locality.place.reference_date
    if level is not None and level not in register.levels:
        raise UnknownLevel.with_suggestion(
            level, register.levels, vi=f'--level {level}: không có.', en=f'--level {level}: unknown.'
        )
    _print(Units(date=day, census=register.census, units=_shown_units(register, register.on(day, level))), as_json)


@units.command()
def history(code: Annotated[str, typer.Argument(help='Mã đơn vị · Code of a unit.')], as_json: Json = False) -> None:
    """Mọi đơn vị từng có một mã, và đơn vị nào thành đơn vị nào. ·
    All units that ever had a code, and which became which.
    """
    register = unit_register(_locality())
    _print(Units(date=None, census=register.census, units=_shown_units(register, register.history(code))), as_json)


@units.command()
def derive(
    on: Annotated[
        datetime,
        typer.Option(
            '--date', formats=DAYS, metavar='YYYY-MM-DD', help='Một ngày sau thay đổi. · A day of the later state.'
        ),
    ],
    level: OneLevel = 'commune',
    dry_run: Annotated[
        bool, typer.Option('--dry-run', help='Làm tất cả trừ phát hành. · Does all but release.')
    ] = False,
    as_json: Json = False,
) -> None:
    """Suy ra ranh giới sau một thay đổi bằng cách hợp các ranh giới trước đó, rồi giao. ·
    Delivers outlines after a change as unions of the ones before it.
    """
    from etl.unit_outlines import derive as run_derivation

    with output.progress() as progress:
        report = run_derivation(_locality(), level, on.date(), dry_run=dry_run, progress=progress)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        output.report(report)
    sys.exit(report.exit_code)


@units.command()
def convert(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help='Bảng CSV có số liệu theo đơn vị. · A CSV of figures by unit.'
        ),
    ],
    start: Annotated[
        datetime,
        typer.Option(
            '--from', formats=DAYS, metavar='YYYY-MM-DD', help='Ngày của các đơn vị trong bảng. · Day of its units.'
        ),
    ],
    end: Annotated[
        datetime,
        typer.Option('--to', formats=DAYS, metavar='YYYY-MM-DD', help='Ngày cần quy đổi đến. · Day to express it on.'),
    ],
    code: Annotated[str, typer.Option(help='Cột có mã đơn vị. · Column of the codes.')] = 'code',
    value: Annotated[str, typer.Option(help='Cột có số liệu cộng được. · Column of figures that add up.')] = 'value',
    level: OneLevel = 'commune',
    to_level: Annotated[str | None, typer.Option(help='Cấp cần có, nếu khác. · Level wanted, where another.')] = None,
) -> None:
    """Quy đổi số liệu từ đơn vị cũ sang mới (hoặc ngược lại) thành CSV; số chia ra được ghi là ước tính. ·
    Figures by old units on new ones (or back), as CSV; what is divided is marked an estimate.
    """
    from etl.unit_table import UnitTable, convert_table

    table = UnitTable(level, start.date(), code, value)
    converted = convert_table(file, _locality(), table, to_level or level, end.date())
    out = csv.writer(sys.stdout, lineterminator='\n')
    out.writerow([code, 'name', value, 'estimated'])
    for unit in converted.units:
        figure = converted.values.get(unit.code)
        text = '' if figure is None else f'{round(figure, 6):.15g}'
        out.writerow([unit.code, unit.name, text, 'yes' if text and unit.code in converted.estimated else 'no'])


def _locality() -> Locality:
    return served_locality()


def _shown_units(register: UnitRegister, versions: list[UnitVersion]) -> list[UnitSteps]:
    return [
        UnitSteps(
            **{name: getattr(unit, name) for name in UnitSteps.model_fields if hasattr(unit, name)},
            predecessors=[_reference(step, step.before) for step in register.before(unit)],
            successors=[_reference(step, step.after) for step in register.after(unit) if step.after],
        )
        for unit in versions
    ]


def _reference(step: Step, unit: UnitVersion) -> Reference:
    return Reference(code=unit.code, name=unit.name, kind=step.kind, on=step.on, decree=step.decree)


def _print(units: Units, as_json: bool) -> None:
    if as_json:
        typer.echo(units.model_dump_json(indent=2))
        return
    if not units.units:
        output.out.print(pick_words(f'Không có đơn vị nào ngày {units.date}', f'no units on {units.date}'))
        return
    headers = (
        pick_words('Mã', 'code'),
        pick_words('Tên', 'name'),
        pick_words('Thuộc', 'parent'),
        pick_words('Hiệu lực', 'valid'),
        f'{pick_words("Dân số", "people")} {units.census or ""}',
    )
    table = Table(
        *headers,
        *(Column(name, overflow='fold') for name in (pick_words('Từ', 'before'), pick_words('Thành', 'after'))),
        box=SIMPLE,
    )
    for unit in units.units:
        period = f'{unit.valid_from} –\n{unit.valid_to or "…"}'
        people = '' if unit.population is None else pick_number(unit.population)
        ends = (_line(unit.predecessors), _line(unit.successors))
        table.add_row(unit.code, unit.name, unit.parent_code, period, people, *ends)
    output.out.print(table)


def _line(references: list[Reference]) -> str:
    """The kind of change once, then the units at its other end."""
    if not references:
        return ''
    return f'{pick_text(KINDS[references[0].kind])}:\n' + ', '.join(f'{unit.code} {unit.name}' for unit in references)
