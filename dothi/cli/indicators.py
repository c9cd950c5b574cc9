"""`dothi indicators`: the indicator sets of the locality, and whether each can be computed."""

from typing import Annotated

import typer
from pydantic import BaseModel
from rich.box import SIMPLE
from rich.table import Table

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.access.signing import claim_everything
from dothi.core.clock import today
from dothi.core.database import READERS, connection
from dothi.core.indicator_set import IndicatorSet, indicator_set, indicator_sets
from dothi.core.locality import load_locality
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.settings import PathSettings
from dothi.core.text import Text

indicators = typer.Typer(
    no_args_is_help=True, help='Các bộ chỉ tiêu của một cuộc đánh giá. · Indicator sets of an evaluation.'
)

SetId = Annotated[str | None, typer.Argument(help='Một bộ chỉ tiêu; bỏ trống là tất cả. · A set; all when left out.')]


class SetChecked(BaseModel):
    """A set whose file is right, and whose every formula was computed."""

    id: str
    version: str
    title: Text
    indicators: int
    measures: int
    thresholds: int


class Checked(BaseModel):
    """The indicator sets that were checked."""

    sets: list[SetChecked]


@indicators.callback()
def about() -> None:
    """Các bộ chỉ tiêu của một cuộc đánh giá. · Indicator sets of an evaluation."""


@indicators.command()
def check(set_id: SetId = None, as_json: Json = False) -> None:
    """Đọc từng tệp và tính thử mọi công thức; không lưu gì. ·
    Reads each file and computes every formula; keeps nothing.
    """
    from processes.data import Data
    from processes.evaluation.period import period_of
    from processes.evaluation.units import read_units
    from processes.indicators import formula_values, read_figures

    locality = load_locality(PathSettings().locality)
    names = [set_id] if set_id else indicator_sets(locality)
    sets = [indicator_set(name, locality) for name in names]
    on = today(locality.place.zone)
    claim_everything(locality)
    with connection(READERS['internal']) as db:
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        data = Data(db, locality, 'internal')
        units = read_units(data, locality.place.reference_date)
        values = formula_values(period_of(None, None, on), on, data)
        for set_model in sets:
            read_figures(set_model, units, values, data, lambda _share, _doing: None)
    output.document(Checked(sets=[_checked(set_model) for set_model in sets]), as_json, _show)


def _checked(indicator_set: IndicatorSet) -> SetChecked:
    return SetChecked(
        id=indicator_set.id,
        version=indicator_set.version,
        title=indicator_set.title,
        indicators=len(indicator_set.indicators),
        measures=len(indicator_set.measures),
        thresholds=sum(indicator.threshold is not None for indicator in indicator_set.indicators.values()),
    )


def _show(checked: Checked) -> None:
    heads = (
        pick_words('Bộ', 'Set'),
        pick_words('Phiên bản', 'Version'),
        pick_words('Tên', 'Title'),
        pick_words('Tiêu chí', 'Criteria'),
        pick_words('Có ngưỡng', 'With threshold'),
    )
    table = Table(*heads, box=SIMPLE)
    for checked_set in checked.sets:
        table.add_row(
            checked_set.id,
            checked_set.version,
            pick_text(checked_set.title),
            str(checked_set.indicators),
            str(checked_set.thresholds),
        )
    output.out.print(table)
